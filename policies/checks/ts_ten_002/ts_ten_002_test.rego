package checks.ts_ten_002_test

import data.checks.ts_ten_002
import data.lib.samples_test as samples

shared(holders) := {"shared": [{"kind": "domain", "value": "x", "holders": [
{"member": i, "tenant": holder[0], "kind": holder[1], "value": holder[2], "object": -1, "path": [], "field": ["spec", "domains", i]} |
	some i, holder in holders
]}]}

test_violates_one_domain_of_two if {
	every other in ["shop.example", "*.shop.example", "Shop.example."] {
		found := ts_ten_002.deny with input as shared([["acme", "domain", "shop.example"], ["globex", "domain", other]])
		{finding.field | some finding in found} == {["spec", "domains", 0], ["spec", "domains", 1]}
		every finding in found {
			endswith(finding.message, "belongs to another tenant as well")
		}
	}
}

test_violates_domain_below_another if {
	ts_ten_002.deny == {
		{
			"member": 0, "path": [], "field": ["spec", "domains", 0],
			"message": "domain *.example.com has a domain of another tenant below it",
		},
		{
			"member": 1, "path": [], "field": ["spec", "domains", 1],
			"message": "domain api.example.com is below a domain of another tenant",
		},
	} with input as shared([["acme", "domain", "*.example.com"], ["globex", "domain", "api.example.com"]])
}

test_violates_public_suffix if {
	ts_ten_002.deny == {{
		"path": [],
		"field": ["spec", "domains", 1],
		"message": "github.io belongs to nobody: everybody may register names below it",
	}} with input as samples.within(samples.tenant({"domains": ["acme.example", "github.io"]}), {"public_suffixes": ["github.io"]})
}

base := {"platform": {"spec": {"baseDomain": "apps.example.com"}}}

test_violates_the_platforms_domain if {
	every domain in ["apps.example.com", "*.apps.example.com", "example.com"] {
		count(ts_ten_002.deny) == 1 with input as samples.within(samples.tenant({"domains": [domain]}), base)
	}
}

test_passes_own_domains if {
	every domain in ["acme.example", "acme.apps.example.com", "xapps.example.com"] {
		count(ts_ten_002.deny) == 0 with input as samples.within(samples.tenant({"domains": [domain]}), base)
	}
	count(ts_ten_002.deny) == 0 with input as samples.tenant({"domains": ["acme.example"]})
}

test_passes_apart if {
	every holders in [
		[["acme", "domain", "shop.example"], ["acme", "domain", "shop.example"]],
		[["acme", "domain", "shop.example"], ["globex", "host", "shop.example"]],
		[["acme", "domain", "a.example"], ["globex", "domain", "b.example"]],
	] {
		count(ts_ten_002.deny) == 0 with input as shared(holders)
	}
}
