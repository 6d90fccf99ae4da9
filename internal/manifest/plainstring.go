package manifest

import (
	"strconv"
	"strings"
	"time"
)

// isString reports whether the plain text s is read as a string by parsers of YAML 1.1 and 1.2 alike. They
// know more booleans and numbers than we do.
func isString(s string) bool {
	switch c := s[0]; {
	case c >= '0' && c <= '9', c == '+', c == '-':
		return !special(s) && !isTime(s) && !isOurs(s) && !isNumber(strings.ReplaceAll(s, "_", "")) && !isSexagesimal(s)
	case c == '.':
		return !special(s) && !isOurs(s) && !isFloat(s)
	case strings.IndexByte("yYnNtTfFoO~", c) >= 0:
		return !special(s)
	}
	return true
}

// isOurs reports whether [Parse] reads a number, or refuses one that is too large.
func isOurs(s string) bool {
	v, _ := resolveNumber(s)
	_, ok := v.(string)
	return !ok
}

func isFloat(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func special(s string) bool {
	if len(s) > 5 {
		return false
	}
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
		"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
		"~", "null", "Null", "NULL", ".nan", ".NaN", ".NAN",
		".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		return true
	}
	return false
}

// isNumber reports whether text without underscores is a number in any of the notations of YAML 1.1.
func isNumber(s string) bool {
	if len(s) == 0 || strings.Trim(s, "0123456789abcdefABCDEFxXoO+-.") != "" {
		return false
	}
	if _, err := strconv.ParseInt(s, 0, 64); err == nil {
		return true
	}
	if _, err := strconv.ParseUint(s, 0, 64); err == nil {
		return true
	}
	return form(strings.TrimLeft(s[:1], "+-")+s[1:]) != formNone && isFloat(s) || isBinary(s)
}

// isBinary knows 0b in front of a number with a sign of its own, which some parsers accept.
func isBinary(s string) bool {
	if digits, ok := strings.CutPrefix(s, "0b"); ok {
		if _, err := strconv.ParseInt(digits, 2, 64); err == nil {
			return true
		}
		_, err := strconv.ParseUint(digits, 2, 64)
		return err == nil
	}
	if digits, ok := strings.CutPrefix(s, "-0b"); ok {
		_, err := strconv.ParseInt("-"+digits, 2, 64)
		return err == nil
	}
	return false
}

// isTime reports whether parsers of YAML 1.1 read a point in time.
func isTime(s string) bool {
	if len(s) < 5 || digits(s) != 4 || s[4] != '-' {
		return false
	}
	for _, layout := range [...]string{
		"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2",
	} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// isSexagesimal knows numbers to base 60, such as 1:30 or 190:20:30.15.
func isSexagesimal(s string) bool {
	if strings.IndexByte(s, ':') < 0 {
		return false
	}
	s = strings.TrimLeft(s[:1], "+-") + s[1:]
	whole, fraction, _ := strings.Cut(s, ".")
	if strings.Trim(fraction, "0123456789_") != "" {
		return false
	}
	parts := strings.Split(whole, ":")
	if digits(parts[0]) == 0 || strings.Trim(parts[0], "0123456789_") != "" {
		return false
	}
	for _, p := range parts[1:] {
		if len(p) == 0 || len(p) > 2 || digits(p) != len(p) || len(p) == 2 && p[0] > '5' {
			return false
		}
	}
	return true
}
