package schemas_test

import (
	"fmt"
	"testing/fstest"

	"github.com/tenantsmith/tenantsmith/schemas"
)

func ExampleLoad() {
	repository := fstest.MapFS{"tenants/acme.yaml": {Data: []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: premium
  owners: [{group: acme-admins, role: admin}]
  environments: {production: {}}
  resources: {cpu: 8}
`)}}
	fleet, err := schemas.Load(repository, schemas.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range fleet.Problems {
		fmt.Printf("%s: %s: %s\n", p.Position, p.Field, p.Message)
	}
	fmt.Println("held:", fleet.Held)
	// Output:
	// tenants/acme.yaml:8:20: spec.resources.cpu: 8 is above the premium maximum of 2
	// held: [acme]
}
