package checks.ts_sec_008_test

import data.checks.ts_sec_008
import data.lib.samples_test as samples

ask(kind, spec) := found if {
	found := {f.path | some f in ts_sec_008.deny} with input as samples.of({"kind": kind, "spec": spec})
}

# What is said of a secret of the tenant's file.
said(secret, class) := found if {
	file := samples.tenant({"secrets": {"db": secret}, "compliance": {"dataClassification": class}})
	found := {f.message | some f in ts_sec_008.deny} with input as object.union(file, {"facts": []})
}

test_violates_external_secrets if {
	every interval in ["0", "0s", "0h0m0s", 0, "25h", "168h0m0s", "soon", "-1h", "1d"] {
		ask("ExternalSecret", {"refreshInterval": interval}) == {["spec", "refreshInterval"]}
	}
	every policy in ["CreatedOnce", "OnChange"] {
		ask("ExternalSecret", {"refreshPolicy": policy}) == {["spec", "refreshPolicy"]}
	}
	every policy in ["Orphan", "Merge", "None"] {
		ask("ExternalSecret", {"target": {"creationPolicy": policy}}) == {["spec", "target", "creationPolicy"]}
	}
	ask("ExternalSecret", {"target": {"immutable": true}}) == {["spec", "target", "immutable"]}
}

test_violates_certificates if {
	every before in ["0s", "0", "soon"] {
		ask("Certificate", {"renewBefore": before}) == {["spec", "renewBefore"]}
	}
	ask("Certificate", {"privateKey": {"rotationPolicy": "Never"}}) == {["spec", "privateKey", "rotationPolicy"]}
}

test_violates_file if {
	said({"path": "acme/db"}, "internal") == {"nobody says how often its value changes"}
	said({"rotation": "400d"}, "internal") == {"its value changes every 400d, which has to be at most 365 days"}
	said({"rotation": "200d"}, "personal") == {"its value changes every 200d, which has to be at most 180 days"}
	said({"rotation": "90d", "rotated": "2025-10-18"}, "internal") == {"its value changed on 2025-10-18 and is due every 90d: that was over before 2026-11-22"}
	said({"rotation": "90d", "rotated": "2026-12-01"}, "internal") == {"its value changed on 2026-12-01, which is after 2026-11-22"}
	said({"rotation": "90d", "refresh": "2d"}, "internal") == {"it is fetched again after 2d, which has to be at most 24h"}
}

test_violates_at_the_field if {
	ts_sec_008.deny == {{
		"path": [],
		"field": ["spec", "secrets", "db", "rotation"],
		"message": "nobody says how often its value changes",
	}} with input as object.union(samples.tenant({"secrets": {"db": {}}}), {"facts": []})
}

test_passes if {
	every spec in [
		{"refreshInterval": "1h", "refreshPolicy": "Periodic", "target": {"creationPolicy": "Owner"}},
		{"refreshInterval": "1h30m0s"}, {"refreshInterval": "24h0m0s"}, {},
	] {
		ask("ExternalSecret", spec) == set()
	}
	ask("Certificate", {"renewBefore": "360h", "privateKey": {"rotationPolicy": "Always"}}) == set()
	ask("Certificate", {}) == set()
	every class in ["internal", "personal"] {
		said({"rotation": "90d", "rotated": "2026-10-01", "refresh": "1d"}, class) == set()
		said({"rotation": "180d"}, class) == set()
	}
	said({"rotation": "90d", "rotated": "2026-08-24"}, "internal") == set()
}

test_passes_days_where_nobody_knows_today if {
	count(ts_sec_008.deny) == 0 with input as {
		"facts": [],
		"ctx": {"spec": {"secrets": {"db": {"rotation": "90d", "rotated": "2020-01-01"}}}},
	}
}
