package secrets

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// form is how tokens of a kind are made. Sign is a part that each of them has: looking for it is cheap.
type form struct {
	what, sign string
	expr       *regexp.Regexp
}

var known = []form{
	{"a private key", "PRIVATE KEY", regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^-]{16,}`)},
	{"a private key", "PuTTY-User-Key-File", regexp.MustCompile(`PuTTY-User-Key-File-[0-9]`)},
	{"an AWS access key", "AKIA", regexp.MustCompile(`\bAKIA[A-Z2-7]{16}\b`)},
	{"an AWS access key", "ASIA", regexp.MustCompile(`\bASIA[A-Z2-7]{16}\b`)},
	{"a GitHub token", "gh", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}`)},
	{"a GitHub token", "github_pat_", regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{22,}`)},
	{"a GitLab token", "glpat-", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"a Slack token", "xox", regexp.MustCompile(`\bxox[abeprs]-[A-Za-z0-9-]{10,}`)},
	{"the address of a Slack webhook", "hooks.slack.com/", regexp.MustCompile(`hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}`)},
	{"a Stripe key", "k_live_", regexp.MustCompile(`\b[rs]k_live_[A-Za-z0-9]{16,}`)},
	{"a Google API key", "AIza", regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{35}`)},
	{"an Azure storage key", "AccountKey=", regexp.MustCompile(`AccountKey=[A-Za-z0-9+/]{86}==`)},
	{"a signature of an Azure address", "sig=", regexp.MustCompile(`[?&]sig=[A-Za-z0-9%+/]{43,}`)},
	{"a JSON web token", "eyJ", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)},
	{"an npm token", "npm_", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}`)},
	{"a PyPI token", "pypi-", regexp.MustCompile(`\bpypi-[A-Za-z0-9_-]{50,}`)},
	{"a SendGrid key", "SG.", regexp.MustCompile(`\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`)},
	{"a Twilio key", "SK", regexp.MustCompile(`\bSK[0-9a-f]{32}\b`)},
	{"a Databricks token", "dapi", regexp.MustCompile(`\bdapi[0-9a-f]{32}`)},
	{"a Vault token", "hv", regexp.MustCompile(`\bhv[brs]\.[A-Za-z0-9_-]{24,}`)},
	{"an age key", "AGE-SECRET-KEY-1", regexp.MustCompile(`AGE-SECRET-KEY-1[A-Z0-9]{58}`)},
	{"a key of a model provider", "sk-", regexp.MustCompile(`\bsk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,}`)},
}

var (
	login  = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@'"<>]*:([^/\s@'"<>]+)@`)
	header = regexp.MustCompile(`(?i)\b(basic|bearer)\s+([A-Za-z0-9._~+/-]{8,}=*)`)
	docker = regexp.MustCompile(`"auth"\s*:\s*"([A-Za-z0-9+/]{8,}=*)"`)
)

// forms finds tokens by their form, and logins in addresses, headers and the configuration of registries.
func forms(text string, tell func(what, part string)) {
	for _, f := range known {
		if strings.Contains(text, f.sign) {
			for _, part := range f.expr.FindAllString(text, mostOfText) {
				tell(f.what, part)
			}
		}
	}
	if strings.Contains(text, "://") {
		for _, m := range login.FindAllStringSubmatch(text, mostOfText) {
			if literal(m[1], "a password") {
				tell("an address with a password", m[1])
			}
		}
	}
	for _, m := range header.FindAllStringSubmatch(text, mostOfText) {
		switch strings.ToLower(m[1]) {
		case "basic":
			if isLogin(m[2]) {
				tell("a login", m[2])
			}
		case "bearer":
			if len(m[2]) >= shortestRun && strings.ContainsAny(m[2], "0123456789") {
				tell("a token", m[2])
			}
		}
	}
	if strings.Contains(text, `"auth"`) {
		for _, m := range docker.FindAllStringSubmatch(text, mostOfText) {
			if isLogin(m[1]) {
				tell("a login at a registry", m[1])
			}
		}
	}
}

// isLogin reports whether a text in base64 is a name, a colon and a password.
func isLogin(text string) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	name, password, ok := strings.Cut(string(plain), ":")
	return err == nil && ok && name != "" && printable(plain) && literal(password, "a password")
}
