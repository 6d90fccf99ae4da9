package manifest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func record() *Record {
	return &Record{
		Tenant: "acme", Version: "v1.0.0", Inputs: map[string]string{"tenants/acme.yaml": Digest([]byte("in"))}, Schemas: "s", Policies: "p",
		Files: map[string]string{
			"tenants/acme/platform/base/namespace.yaml": Digest([]byte("one")),
			"tenants/acme/workload/base/old.yaml":       Digest([]byte("old")),
		},
		Findings: []RecordedFinding{{Check: "TS-POD-002", Severity: Low, Environment: "dev", Object: "Rollout web"}, {Check: "TS-POD-001", Severity: Low, Environment: "dev", Object: "Rollout <web>"}},
		Waivers:  []string{"b", "a"},
	}
}

func TestRecordBytes(t *testing.T) {
	require.Equal(t, `{
  "apiVersion": "tenantsmith.dev/v1alpha1",
  "kind": "TenantRecord",
  "tenant": "acme",
  "version": "v1.0.0",
  "inputs": {
    "tenants/acme.yaml": "`+Digest([]byte("in"))+`"
  },
  "schemas": "s",
  "policies": "p",
  "files": {
    "tenants/acme/platform/base/namespace.yaml": "`+Digest([]byte("one"))+`",
    "tenants/acme/workload/base/old.yaml": "`+Digest([]byte("old"))+`"
  },
  "findings": [
    {
      "check": "TS-POD-001",
      "severity": "low",
      "environment": "dev",
      "object": "Rollout <web>"
    },
    {
      "check": "TS-POD-002",
      "severity": "low",
      "environment": "dev",
      "object": "Rollout web"
    }
  ],
  "waivers": [
    "a",
    "b"
  ]
}
`, string(record().Bytes()))
	require.Equal(t, "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", Digest([]byte("foo")))
	require.Contains(t, string((&Record{Tenant: "x"}).Bytes()), `"inputs": {},
  "schemas": "",
  "policies": "",
  "files": {},
  "findings": [],
  "waivers": []
}
`)
	r, err := ParseRecord("acme", record().Bytes())
	require.NoError(t, err)
	require.Equal(t, record().Files, r.Files)
	require.Equal(t, []string{"a", "b"}, r.Waivers)
	require.Equal(t, "TS-POD-001", r.Findings[0].Check)
	require.Equal(t, string(record().Bytes()), string(r.Bytes()))
}

func TestParseRecordRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":   "unexpected end of JSON input",
		"{}": `"" "" is not tenantsmith.dev/v1alpha1 TenantRecord`,
		`{"apiVersion": "v9", "kind": "TenantRecord"}`: `"v9" "TenantRecord" is not`,
		`[]`: "cannot unmarshal array",
	} {
		_, err := ParseRecord("acme", []byte(text))
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "read record: ")
	}
	_, err := ParseRecord("other", record().Bytes())
	require.ErrorContains(t, err, "it is that of tenant acme")
	for _, tenant := range []string{"", "../x", "a/b", "A", ".", "-a", "a-", "a.b"} {
		r := record()
		r.Tenant = tenant
		_, err := ParseRecord(r.Tenant, r.Bytes())
		require.ErrorContains(t, err, "is not a name", tenant)
	}
	for _, path := range []string{
		"/etc/passwd", "tenants/acme/../other/x.yaml", "tenants/other/x.yaml", "tenants/acme", "tenants/acme/", "tenants/acme//x", "tenants/acme/./x", "../tenants/acme/x",
		"tenants/acme/.git/config", "tenants/acme/.tenantsmith.json", "tenants/acme/a/..", `tenants/acme/a\..\..\x`, "tenants/acme/C:x", "", "tenants/acmeevil/x", "tenants/acme/x\x00",
	} {
		r := record()
		r.Files = map[string]string{path: ""}
		_, err := ParseRecord(r.Tenant, r.Bytes())
		require.ErrorContains(t, err, "does not belong to tenant acme", path)
		_, _, err = Reconcile(r, nil, func(string) ([]byte, bool, error) { t.Fatal("read"); return nil, false, nil })
		require.Error(t, err)
	}
}

// disk is a folder of files.
type disk map[string]string

func (d disk) read(path string) ([]byte, bool, error) {
	data, ok := d[path]
	return []byte(data), ok, nil
}

const (
	namespace = "tenants/acme/platform/base/namespace.yaml"
	oldFile   = "tenants/acme/workload/base/old.yaml"
	newFile   = "tenants/acme/workload/base/new.yaml"
	ledger    = "tenants/acme/.tenantsmith.json"
)

func TestReconcile(t *testing.T) {
	next := func(namespaceText string) map[string][]byte {
		return map[string][]byte{namespace: []byte(namespaceText), newFile: []byte("new"), ledger: []byte("record")}
	}
	for name, c := range map[string]struct {
		old             *Record
		disk            disk
		next            map[string][]byte
		writes, removes []string
		problems        string
	}{
		"first time":           {nil, disk{}, next("one"), []string{ledger, namespace, newFile}, nil, ""},
		"changed":              {record(), disk{namespace: "one", oldFile: "old", ledger: "before"}, next("two"), []string{ledger, namespace, newFile}, []string{oldFile}, ""},
		"nothing changed":      {record(), disk{namespace: "one", newFile: "new", ledger: "record"}, next("one"), nil, nil, ""},
		"vanished":             {record(), disk{ledger: "record"}, next("one"), []string{namespace, newFile}, nil, ""},
		"edited":               {record(), disk{namespace: "mine", oldFile: "old"}, next("two"), nil, nil, namespace + ": changed by hand since tenantsmith wrote it\n"},
		"edited to the same":   {record(), disk{namespace: "two", newFile: "new", ledger: "record"}, next("two"), nil, nil, ""},
		"edited stale":         {record(), disk{namespace: "one", oldFile: "mine"}, next("one"), nil, nil, oldFile + ": changed by hand since tenantsmith wrote it\n"},
		"foreign in the way":   {record(), disk{namespace: "one", newFile: "theirs"}, next("one"), nil, nil, newFile + ": a file that tenantsmith did not write is in the way\n"},
		"foreign but the same": {nil, disk{namespace: "one", newFile: "new", ledger: "record"}, next("one"), nil, nil, ""},
		"foreign elsewhere":    {record(), disk{namespace: "one", newFile: "new", ledger: "record", "tenants/acme/README.md": "x"}, next("one"), nil, nil, ""},
		"record without ours":  {nil, disk{ledger: "theirs"}, next("one"), nil, nil, ledger + ": a file that tenantsmith did not write is in the way\n"},
		"tenant gone":          {record(), disk{namespace: "one", oldFile: "old"}, nil, nil, []string{namespace, oldFile}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			changes, problems, err := Reconcile(c.old, c.next, c.disk.read)
			require.NoError(t, err)
			require.Equal(t, c.problems, told(problems))
			require.Equal(t, c.removes, changes.Remove)
			require.ElementsMatch(t, c.writes, changes.Paths())
			for _, p := range c.writes {
				require.Equal(t, c.next[p], changes.Write[p])
			}
			for _, p := range problems {
				require.NotEmpty(t, p.Remedy)
			}
		})
	}
	_, _, err := Reconcile(record(), nil, func(string) ([]byte, bool, error) { return nil, false, errors.New("disk on fire") })
	require.ErrorContains(t, err, "read "+namespace+": disk on fire")
}
