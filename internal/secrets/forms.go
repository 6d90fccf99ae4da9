package secrets

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// form is how tokens of a kind are made. Sign is a part that each of them has: looking for it is cheap.
type form struct {
	what, sign string
	expr       func() *regexp.Regexp
}

var known = []form{
	{"a private key", "PRIVATE KEY", pattern.Of(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^-]{16,}`)},
	{"a private key", "PuTTY-User-Key-File", pattern.Of(`PuTTY-User-Key-File-[0-9]`)},
	{"an AWS access key", "AKIA", pattern.Of(`\bAKIA[A-Z2-7]{16}\b`)},
	{"an AWS access key", "ASIA", pattern.Of(`\bASIA[A-Z2-7]{16}\b`)},
	{"a GitHub token", "gh", pattern.Of(`\bgh[pousr]_[A-Za-z0-9]{36,}`)},
	{"a GitHub token", "github_pat_", pattern.Of(`\bgithub_pat_[A-Za-z0-9_]{22,}`)},
	{"a GitLab token", "glpat-", pattern.Of(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"a Slack token", "xox", pattern.Of(`\bxox[abeprs]-[A-Za-z0-9-]{10,}`)},
	{"the address of a Slack webhook", "hooks.slack.com/", pattern.Of(`hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}`)},
	{"a Stripe key", "k_live_", pattern.Of(`\b[rs]k_live_[A-Za-z0-9]{16,}`)},
	{"a Google API key", "AIza", pattern.Of(`\bAIza[A-Za-z0-9_-]{35}`)},
	{"an Azure storage key", "AccountKey=", pattern.Of(`AccountKey=[A-Za-z0-9+/]{86}==`)},
	{"a signature of an Azure address", "sig=", pattern.Of(`[?&]sig=[A-Za-z0-9%+/]{43,}`)},
	{"a JSON web token", "eyJ", pattern.Of(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)},
	{"an npm token", "npm_", pattern.Of(`\bnpm_[A-Za-z0-9]{36}`)},
	{"a PyPI token", "pypi-", pattern.Of(`\bpypi-[A-Za-z0-9_-]{50,}`)},
	{"a SendGrid key", "SG.", pattern.Of(`\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`)},
	{"a Twilio key", "SK", pattern.Of(`\bSK[0-9a-f]{32}\b`)},
	{"a Databricks token", "dapi", pattern.Of(`\bdapi[0-9a-f]{32}`)},
	{"a Vault token", "hv", pattern.Of(`\bhv[brs]\.[A-Za-z0-9_-]{24,}`)},
	{"an age key", "AGE-SECRET-KEY-1", pattern.Of(`AGE-SECRET-KEY-1[A-Z0-9]{58}`)},
	{"a key of a model provider", "sk-", pattern.Of(`\bsk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,}`)},
}

var (
	login  = pattern.Of(`[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@'"<>]*:([^/\s@'"<>]+)@`)
	header = pattern.Of(`(?i)\b(basic|bearer)\s+([A-Za-z0-9._~+/-]{8,}=*)`)
	docker = pattern.Of(`"auth"\s*:\s*"([A-Za-z0-9+/]{8,}=*)"`)
)

// forms finds tokens by their form, and logins in addresses, headers and the configuration of registries.
func forms(text string, tell func(what, part string)) {
	for _, f := range known {
		if strings.Contains(text, f.sign) {
			for _, part := range f.expr().FindAllString(text, mostOfText) {
				tell(f.what, part)
			}
		}
	}
	if strings.Contains(text, "://") {
		for _, m := range login().FindAllStringSubmatch(text, mostOfText) {
			if literal(m[1], "a password") {
				tell("an address with a password", m[1])
			}
		}
	}
	for _, m := range header().FindAllStringSubmatch(text, mostOfText) {
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
		for _, m := range docker().FindAllStringSubmatch(text, mostOfText) {
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
