package checks.ts_data_007_test

import data.checks.ts_data_007
import data.lib.samples_test as samples

day := "0 2 * * *"

tested := {"schedule": day, "retention": "30d", "restoreTested": "2026-10-01"}

personal := {"compliance": {"dataClassification": "personal"}}

volume := {"services": {"web": {"volumes": [{"mount": "/tmp", "emptyDir": "1Gi"}, {"mount": "/data", "claim": "1Gi"}]}}}

database := {"databases": {"main": {"engine": "postgres"}}}

file(objects, spec) := samples.within(samples.set(objects), {"spec": spec, "platform": {"spec": {"restoreAge": "365d"}}})

told(spec) := {[concat(".", f.field), f.message] | some f in ts_data_007.deny with input as file([], object.union(personal, spec))}

claim := {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": samples.meta("data"), "spec": {}}

whole := {
	"includedNamespaces": ["acme-production"], "snapshotVolumes": true, "ttl": "720h0m0s", "storageLocation": "eu",
}

schedule(template) := {"apiVersion": "velero.io/v1", "kind": "Schedule", "metadata": {"name": "acme", "namespace": "velero"}, "spec": {"schedule": day, "template": template}}

around := {
	"spec": object.union(personal, {"backup": {"retention": "30d"}}),
	"cluster": {"backupLocation": "eu"},
	"platform": {"spec": {"namespaces": {"backup": "velero"}}},
}

said(o) := {f.message | some f in ts_data_007.deny with input as samples.within(samples.of(o), around)}

nobodys(o) := {f.message | some f in ts_data_007.deny with input as {"object": o, "ctx": {"namespaces": [], "platform": samples.ctx.platform}}}

test_violates_volumes_without_backup if {
	told(volume) == {["spec.backup", "tenant keeps volumes that nobody backs up"]}
	every o in [claim, {"kind": "StatefulSet", "spec": {"volumeClaimTemplates": [{}]}}] {
		count(ts_data_007.deny) == 1 with input as file([o], personal)
	}
}

test_violates_database_without_backup if {
	told(database) == {["spec.databases.main", "nobody backs up database \"main\""]}
}

test_violates_where_the_tier_has_backups if {
	with_velero := {"cluster": {"operators": ["velero"]}}
	count(ts_data_007.deny) == 1 with input as samples.within(file([], volume), with_velero)
	house := {"cluster": {"operators": ["velero"]}, "tier": "house", "platform": {"spec": {"tiers": {"house": {"allows": {"backup": true}}}}}}
	count(ts_data_007.deny) == 1 with input as samples.within(file([], volume), house)
}

test_violates_seldom if {
	message := "backup runs by \"0 2 * * 0\", which is not every day"
	told(object.union(volume, {"backup": object.union(tested, {"schedule": "0 2 * * 0"})})) == {["spec.backup.schedule", message]}
}

test_violates_untested if {
	every c in [
		[{"schedule": day}, "nobody has tried to restore a backup"],
		[{"schedule": day, "restoreTested": "2025-11-21"}, "a restore was last tried on 2025-11-21, more than 365 days ago"],
		[{"schedule": day, "restoreTested": "2026-11-23"}, "a restore was tried on 2026-11-23, which is in the future"],
	] {
		[backup, message] := c
		told({"backup": backup}) == {["spec.backup.restoreTested", message]}
		told({"databases": {"main": {"backup": backup}}}) == {["spec.databases.main.backup.restoreTested", message]}
	}
}

test_violates_database_object if {
	cluster := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": samples.meta("main")}
	other := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "metadata": samples.meta("a"), "spec": {"cluster": {"name": "other"}}}
	ts_data_007.deny == {{"object": 0, "path": [], "message": "nothing backs up this database"}} with input as file([cluster, other], personal)
}

test_violates_schedules if {
	every text in ["0 2 * *", "0 25 * * *", "61 2 * * *", "0 0 2 * * *", "@fortnightly", "@every fortnight", "", 5] {
		o := json.patch(schedule(whole), [{"op": "replace", "path": "/spec/schedule", "value": text}])
		said(o) == {sprintf("schedule %q cannot be read", [text])}
	}
	every text in ["0 2 * * 1", "0 2 1 * *", "0 2 * 1-6 *", "@weekly", "@every 25h", "CRON_TZ=Europe/Berlin 0 2 1 * *"] {
		o := json.patch(schedule(whole), [{"op": "replace", "path": "/spec/schedule", "value": text}])
		said(o) == {sprintf("schedule %q does not run every day", [text])}
		sprintf("schedule %q does not run every day", [text]) in nobodys(o)
	}
	o := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "spec": {"schedule": "0 2 * * *"}}
	said(o) == {"schedule \"0 2 * * *\" cannot be read"}
	said({"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "spec": {"schedule": "0 0 2 * * 0"}}) == {"schedule \"0 0 2 * * 0\" does not run every day"}
}

test_violates_restore if {
	said({"apiVersion": "velero.io/v1", "kind": "Restore", "spec": {}}) == {"restores are made by hand and with care; git would repeat this one"}
}

test_violates_switched_off if {
	said(json.patch(schedule(whole), [{"op": "add", "path": "/spec/paused", "value": true}])) == {"backup is switched off"}
	said({"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "spec": {"schedule": "@daily", "suspend": true}}) == {"backup is switched off"}
}

test_violates_scope if {
	every names in [[], ["*"], ["acme-*"]] {
		said(schedule(object.union(whole, {"includedNamespaces": names}))) == {"backup takes every namespace"}
		"backup takes every namespace" in nobodys(schedule({"includedNamespaces": names}))
	}
	said(schedule(object.union(whole, {"includedNamespaces": ["acme-production", "globex"]}))) == {"backup takes acme-production, globex, and the tenant's are acme-production"}
	every name in ["acme-production", "*"] {
		said(schedule(object.union(whole, {"excludedNamespaces": ["a", name]}))) == {"backup leaves the tenant's namespace out"}
	}
}

test_violates_what_is_left_out if {
	said(schedule(object.union(whole, {"snapshotVolumes": false}))) == {"backup leaves volumes out"}
	every kind in ["pvc", "persistentvolumes", "*"] {
		every field in ["excludedResources", "excludedNamespacedResources", "excludedClusterScopeResources"] {
			said(schedule(object.union(whole, {field: [kind]}))) == {"backup leaves volumes out"}
		}
	}
	every more in [{"labelSelector": {"matchLabels": {"a": "b"}}}, {"orLabelSelectors": [{}]}, {"includedResources": ["pods"]}, {"includedNamespacedResources": ["pods"]}] {
		said(schedule(object.union(whole, more))) == {"backup takes only some of the objects"}
	}
}

test_violates_time_and_place if {
	said(schedule(object.union(whole, {"ttl": "168h"}))) == {"backup is kept for 168h, and spec.backup.retention is 30d"}
	week := samples.within(samples.of(schedule(object.remove(whole, ["ttl"]))), object.union(around, {"spec": {"backup": {"retention": "7d"}}}))
	{f.message | some f in ts_data_007.deny with input as week} == {"backup is kept for 30 days, and spec.backup.retention is 7d"}
	said(schedule(object.union(whole, {"storageLocation": "us"}))) == {"backup goes to location \"us\", and that of the cluster is eu"}
	said(schedule(object.remove(whole, ["storageLocation"]))) == {"backup goes to location \"\", and that of the cluster is eu"}
	lost := json.patch(schedule(whole), [{"op": "replace", "path": "/metadata/namespace", "value": "acme-production"}])
	said(lost) == {"Velero only looks into namespace velero"}
}

test_violates_backup_object if {
	o := {"apiVersion": "velero.io/v1", "kind": "Backup", "metadata": {"namespace": "velero"}, "spec": object.union(whole, {"includedNamespaces": ["*"]})}
	some f in ts_data_007.deny with input as samples.within(samples.of(o), around)
	f.path == ["spec", "includedNamespaces"]
}

test_violates_ways_around if {
	left := json.patch(claim, [{"op": "add", "path": "/metadata/labels", "value": {"velero.io/exclude-from-backup": "true"}}])
	said(left) == {"claim is left out of backups, and its data is sensitive"}
	o := json.patch(
		samples.workload("apps/v1", "StatefulSet", {}),
		[{"op": "add", "path": "/spec/template/metadata/annotations", "value": {"backup.velero.io/backup-volumes-excludes": "data"}}],
	)
	said(o) == {"volumes data are left out of backups, and their data is sensitive"}
}

test_passes_backed_up if {
	told(object.union(volume, {"backup": tested})) == set()
	told(object.union(database, {"backup": tested})) == set()
	told({"databases": {"main": {"backup": tested}}}) == set()
	told({"backup": object.union(tested, {"schedule": "*/30 1-3 1-31 1-12 0-6"})}) == set()
	told({}) == set()
}

test_passes_nothing_demanded if {
	every spec in [volume, database, {"backup": {"schedule": "0 2 * * 0"}}] {
		count(ts_data_007.deny) == 0 with input as file([], spec)
	}
	with_velero := {"cluster": {"operators": ["velero"]}, "tier": "basic"}
	count(ts_data_007.deny) == 0 with input as samples.within(file([], volume), with_velero)
	house := {"cluster": {"operators": ["velero"]}, "platform": {"spec": {"tiers": {"premium": {"allows": {"backup": false}}}}}}
	count(ts_data_007.deny) == 0 with input as samples.within(file([], volume), house)
	weekly := json.patch(schedule(whole), [{"op": "replace", "path": "/spec/schedule", "value": "0 2 * * 0"}])
	count(ts_data_007.deny) == 0 with input as samples.of(weekly)
}

test_passes_untested_where_nothing_depends_on_it if {
	given := file([], object.union(personal, {"backup": {"schedule": day}}))
	count(ts_data_007.deny) == 0 with input as json.patch(given, [{"op": "remove", "path": "/ctx/protected"}])
	count(ts_data_007.deny) == 0 with input as json.patch(given, [{"op": "remove", "path": "/ctx/platform/spec/restoreAge"}])
	old := file([], object.union(personal, {"backup": {"schedule": day, "restoreTested": "2020-01-01"}}))
	count(ts_data_007.deny) == 0 with input as json.patch(old, [{"op": "remove", "path": "/ctx/now"}])
}

test_passes_schedules if {
	every text in ["0 2 * * *", "15,45 */2 * * ?", "@daily", "@every 6h", "CRON_TZ=Europe/Berlin 0 2 * * *", "0 2 */1 * 0-7"] {
		said(json.patch(schedule(whole), [{"op": "replace", "path": "/spec/schedule", "value": text}])) == set()
	}
	every text in ["0 0 2 * * *", "@midnight"] {
		said({"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "spec": {"schedule": text}}) == set()
	}
}

test_passes_volumes_by_file if {
	every field in ["defaultVolumesToFsBackup", "defaultVolumesToRestic"] {
		said(schedule(object.union(whole, {"snapshotVolumes": false, field: true}))) == set()
	}
	said(schedule(object.union(object.remove(whole, ["ttl"]), {"includedResources": ["*"], "excludedResources": ["events"]}))) == set()
}

test_passes_other_objects if {
	cluster := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": samples.meta("main")}
	backup := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "metadata": samples.meta("a"), "spec": {"cluster": {"name": "main"}}}
	count(ts_data_007.deny) == 0 with input as file([cluster, backup], personal)
	said({"apiVersion": "example.com/v1", "kind": "Restore"}) == set()
	said({"apiVersion": "example.com/v1", "kind": "Schedule", "spec": {"schedule": "never"}}) == set()
	said(claim) == set()
}
