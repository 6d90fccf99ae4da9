package report

import (
	"strings"
	"sync"
)

// statusTexts are what people read of a status, and its colour on a terminal.
type statusTexts struct {
	word, meaning phrase
	color         string
}

var textsOfStatuses = sync.OnceValue(func() map[Status]statusTexts {
	w, m := words().Status, words().Meaning
	return map[Status]statusTexts{
		Fail:          {w.Fail, m.Fail, red},
		NotAttested:   {w.NotAttested, m.NotAttested, yellow},
		AcceptedRisk:  {w.AcceptedRisk, m.AcceptedRisk, yellow},
		Attested:      {w.Attested, m.Attested, ""},
		EvidenceFound: {w.EvidenceFound, m.EvidenceFound, ""},
		Pass:          {w.Pass, m.Pass, green},
	}
})

// word is the status in the language of the reader.
func (s Status) word() string { return string(textsOfStatuses()[s].word) }

// meaning says in half a sentence what the status stands for.
func (s Status) meaning() string { return string(textsOfStatuses()[s].meaning) }

func (s Status) color() string { return textsOfStatuses()[s].color }

var textsOfResults = sync.OnceValue(func() map[string]phrase {
	t := words().Result
	return map[string]phrase{Failed: t.Failed, Waived: t.Waived, NotAsked: t.NotAsked, NothingThere: t.NothingThere, Held: t.Held}
})

// said is what the check came to, with the reason where it was not asked, there or in an environment.
func (c ControlCheck) said() string {
	return strings.Join(append([]string{c.result()}, c.missing()...), "; ")
}

// missing says in which environments the check was not asked though it was elsewhere.
func (c ControlCheck) missing() []string {
	var out []string
	for _, u := range c.NotAskedIn {
		out = append(out, words().Result.NotAskedIn.with("environment", u.Environment)+lacking(u.Why))
	}
	return out
}

func (c ControlCheck) result() string {
	text := string(textsOfResults()[c.Result])
	if c.Result == NotAsked {
		text += lacking(c.Why)
	}
	return text
}

// lacking says what a check needs that is not there.
func lacking(why string) string {
	switch why {
	case "":
		return ""
	case "change":
		return ": " + string(words().Result.Change)
	}
	return ": " + words().Result.Needs.with("what", why)
}

// title is the framework with its version.
func (f Framework) title() string {
	return words().Compliance.Name.with("name", f.Name, "version", f.Version)
}

// state is whether the attestation holds on the day of the report, and of anything.
func (a Attestation) state() string {
	switch {
	case a.Unknown:
		return string(words().Compliance.Unknown)
	case a.Expired:
		return string(words().Compliance.Expired)
	case a.Future:
		return string(words().Compliance.Future)
	}
	return string(words().Compliance.Holds)
}

// person is who vouches.
func (a Attestation) person() string {
	return words().Compliance.Person.with("name", a.By, "role", a.Role)
}

// whom is the tenant that the attestation is about.
func (a Attestation) whom() string {
	if a.Tenant == "" {
		return string(words().Compliance.All)
	}
	return a.Tenant
}

// heading begins a sentence or a title with a text of the catalogue.
func heading(p phrase) string {
	if p == "" {
		return ""
	}
	return strings.ToUpper(string(p[:1])) + string(p[1:])
}

// headings are those of a table.
func headings(ps ...phrase) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = heading(p)
	}
	return out
}
