package gitops

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

var userinfo = pattern.Of(`([a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@]*):[^/\s@]*@`)

// redact returns an error without credentials. What it wraps is reduced to the errors callers ask
// for, since any other may repeat what it was given.
func (a Auth) redact(err error) error {
	var refused *RefusedError
	if errors.As(err, &refused) {
		clean := &RefusedError{Reason: a.clean(refused.Reason)}
		for _, w := range refused.Words {
			clean.Words = append(clean.Words, a.clean(w))
		}
		return clean
	}
	var unsigned *UnsignedError
	if errors.As(err, &unsigned) {
		clean := &UnsignedError{}
		for _, c := range unsigned.Commits {
			c.Author, c.Subject = a.clean(c.Author), a.clean(c.Subject)
			clean.Commits = append(clean.Commits, c)
		}
		return clean
	}
	out := &redacted{text: a.clean(err.Error())}
	for _, known := range []error{ErrMoved, ErrUnpublished, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			out.cause = known
		}
	}
	return out
}

func (a Auth) clean(s string) string {
	for _, secret := range []string{a.Password, a.Bearer} {
		if secret == "" {
			continue
		}
		basic := base64.StdEncoding.EncodeToString([]byte(a.Username + ":" + secret))
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), basic} {
			s = strings.ReplaceAll(s, form, "***")
		}
	}
	return userinfo().ReplaceAllString(s, "$1:***@")
}

type redacted struct {
	text  string
	cause error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.cause }

// printable drops what a terminal or a log would act upon: control and invisible characters and
// bytes that are no UTF-8.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}
