package overlay

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// object reads a generated object; the owner is the workload's unless a comment says otherwise.
func object(t testing.TB, text string) manifest.Object {
	t.Helper()
	docs, problems := manifest.Parse("object.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, messages(problems))
	require.Len(t, docs, 1)
	o := manifest.Object{Owner: manifest.OwnerWorkload, Subject: "spec.services.web", Tree: docs[0].Tree().(map[string]any)}
	if strings.Contains(text, "# platform") {
		o.Owner, o.Subject = manifest.OwnerPlatform, ""
	}
	o.Outer = strings.Contains(text, ", outer\n")
	return o
}

// extra reads a person's file. tenants/… is the tenant's, overrides/… the platform's; …/patches/… are
// patches; the folder of the file is the environment.
func extra(t testing.TB, file, text string) manifest.Extra {
	t.Helper()
	docs, problems := manifest.Parse(file, []byte(text), manifest.ManifestLimits)
	require.Empty(t, messages(problems))
	parts := strings.Split(file, "/")
	x := manifest.Extra{File: file, Patch: parts[2] == "patches", Environment: parts[3], Documents: docs, Bytes: []byte(text)}
	x.Owner = manifest.OwnerWorkload
	if parts[0] == "overrides" {
		x.Owner = manifest.OwnerPlatform
	}
	if x.Environment == "all" {
		x.Environment = ""
	}
	return x
}

const rollout = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: web, image: "web:1", env: [{name: A, value: a}, {name: B, value: b}], ports: [{name: http, containerPort: 8080}]}
      - {name: side, image: "side:1"}
      volumes:
      - {name: tmp, emptyDir: {}}
      - {name: data, emptyDir: {}}
`

const policy = `
# platform
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, annotations: {why: isolation}}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`

func webSource(t testing.TB, extras ...manifest.Extra) Source {
	objects := []manifest.Object{
		object(t, rollout),
		object(t, strings.NewReplacer("argoproj.io/v1alpha1", "apps/v1", "Rollout", "Deployment", "name: web}", "name: api}").Replace(rollout)),
		object(t, policy),
	}
	return Source{Tenant: "acme", File: "tenants/acme.yaml", Base: objects, Extras: extras, Envs: []Env{
		{Name: "development", Namespace: "acme-development", Objects: objects},
		{Name: "production", Namespace: "acme-production", Objects: objects},
	}}
}

// findings are the problems of laying out, or else of building everything.
func findings(src Source) ([]string, *Tree) {
	tree, problems := New(src)
	if tree == nil {
		return messages(problems), nil
	}
	for _, env := range src.Envs {
		_, found := tree.Build(env.Name)
		problems = append(problems, found...)
	}
	return messages(manifest.SortProblems(problems)), tree
}

func TestPatchesOfPeople(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		// want is the whole message; empty if the patch is taken.
		want string
	}{{
		name: "an annotation on a Rollout", file: "tenants/acme/patches/production/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, annotations: {a: b}}\n",
	}, {
		name: "a container of a Deployment", file: "tenants/acme/patches/all/api.yaml",
		text: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: web, env: [{name: C, value: c}]}]}}}\n",
	}, {
		name: "an asked-for deletion", file: "tenants/acme/patches/all/api.yaml",
		text: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: side, $patch: delete}], volumes: null}}}\n",
	}, {
		name: "a container of a Rollout loses the rest", file: "tenants/acme/patches/all/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: web\nspec: {template: {spec: {containers: [{name: web, env: [{name: A, value: x}]}]}}}\n",
		want: "tenants/acme/patches/all/web.yaml:4:9: the patch would lose spec.template.spec.containers[side], spec.template.spec.containers[web].env[B], " +
			"spec.template.spec.containers[web].image, spec.template.spec.containers[web].ports of Rollout acme-development/web; fix: " + advice,
	}, {
		name: "a volume of a Rollout loses the others", file: "tenants/acme/patches/production/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {template: {spec: {volumes: [{name: new, emptyDir: {}}]}}}\n",
		want: "tenants/acme/patches/production/web.yaml:3:18: the patch would lose spec.template.spec.volumes[data], spec.template.spec.volumes[tmp] " +
			"of Rollout acme-production/web; fix: " + advice,
	}, {
		name: "a directive that kustomize does not know", file: "tenants/acme/patches/production/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {template: {spec: {volumes: [{name: tmp, $patch: delete}]}}}\n",
		want: "tenants/acme/patches/production/web.yaml:3:18: spec.template.spec.volumes[0].$patch is left in Rollout acme-production/web: kustomize does not know the lists of a Rollout; fix: " + advice,
	}, {
		name: "operations", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch:\n- {op: test, path: /spec/template/spec/containers/0/name, value: web}\n" +
			"- {op: replace, path: /spec/template/spec/containers/0/image, value: 'web:2'}\n- {op: remove, path: /spec/template/spec/volumes/1}\n",
	}, {
		name: "operations in a string", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch: |-\n  - op: replace\n    path: /spec/replicas\n    value: 5\n",
	}, {
		name: "an object to merge with a target", file: "tenants/acme/patches/all/all.yaml",
		text: "target: {kind: Deployment}\npatch: {metadata: {labels: {a: b}}}\n",
	}, {
		name: "a test that fails", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch:\n- {op: test, path: /spec/replicas, value: 7}\n",
		want: "tenants/acme/patches/production/web.yaml:1:31: the patch does not apply to Rollout acme-production/web: testing value /spec/replicas failed: test failed",
	}, {
		name: "add replaces what is there", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch:\n- {op: add, path: /spec/template/spec/volumes, value: [{name: new}]}\n",
		want: "tenants/acme/patches/production/web.yaml:1:31: the patch would lose spec.template.spec.volumes[data], spec.template.spec.volumes[tmp] of Rollout acme-production/web; " +
			`fix: "add" replaces what is there: add the single keys or items, or write "replace" if that is meant`,
	}, {
		name: "replace says so", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch:\n- {op: replace, path: /spec/template/spec/volumes, value: [{name: new}]}\n",
	}, {
		name: "nothing of that name", file: "tenants/acme/patches/production/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: wbe}\n",
		want: "tenants/acme/patches/production/web.yaml:3:18: the patch matches nothing: no Rollout wbe in production; fix: name an object that is rendered",
	}, {
		name: "another kind", file: "tenants/acme/patches/all/web.yaml",
		text: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
		want: "tenants/acme/patches/all/web.yaml:3:18: the patch matches nothing: no Deployment web in any environment; fix: did you mean Rollout web (argoproj.io/v1alpha1)?",
	}, {
		name: "the platform's object", file: "tenants/acme/patches/production/deny.yaml",
		text: "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: default-deny}\nspec: {policyTypes: [Ingress]}\n",
		want: "tenants/acme/patches/production/deny.yaml:3:18: NetworkPolicy acme-production/default-deny belongs to the platform: a tenant's patch reaches workloads only; " +
			"fix: ask the platform team to put the patch under overrides/",
	}, {
		name: "the platform's own patch", file: "overrides/acme/patches/production/deny.yaml",
		text: "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: default-deny, annotations: {x: y}}\n",
	}, {
		name: "the platform's patch of a workload", file: "overrides/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch: [{op: replace, path: /spec/replicas, value: 9}]\n",
	}, {
		name: "an environment that is none", file: "tenants/acme/patches/staging/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n",
		want: "tenants/acme/patches/staging/web.yaml:1:1: acme has no environment staging, so this file never applies; fix: name one of the tenant's environments, or all",
	}, {
		name: "another identity", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch: [{op: replace, path: /metadata/namespace, value: other}]\n",
		want: "tenants/acme/patches/production/web.yaml:2:29: patch[0].path: a patch cannot change metadata.namespace: it says which object this is",
	}, {
		name: "a whole object", file: "tenants/acme/patches/production/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n$patch: delete\n",
		want: "tenants/acme/patches/production/web.yaml:4:9: $patch: a patch cannot delete or replace a whole object; fix: remove the field of the tenant that makes it",
	}, {
		name: "an order to kustomize", file: "tenants/acme/patches/production/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, annotations: {config.kubernetes.io/local-config: 'true'}}\n",
		want: `tenants/acme/patches/production/web.yaml:3:37: metadata.annotations["config.kubernetes.io/local-config"]: is an order to kustomize and not taken; fix: remove it`,
	}, {
		name: "an order to kustomize by operation", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, name: web}\npatch: [{op: add, path: /metadata/annotations/config.kubernetes.io~1local-config, value: x}]\n",
		want: `tenants/acme/patches/production/web.yaml:2:25: patch[0].path: is an order to kustomize and not taken; fix: remove it`,
	}, {
		name: "a list without target", file: "tenants/acme/patches/production/web.yaml",
		text: "- {op: remove, path: /spec}\n",
		want: "tenants/acme/patches/production/web.yaml:1:1: a list of operations does not say what it patches; fix: write a map: target with kind and name, and the list under patch",
	}, {
		name: "selectors of kustomize", file: "tenants/acme/patches/production/web.yaml",
		text: "target: {kind: Rollout, labelSelector: a=b}\npatch: [{op: remove, path: /spec}]\n",
		want: "tenants/acme/patches/production/web.yaml:1:40: target.labelSelector: is not taken; a target has group, version, kind, namespace and name",
	}, {
		name: "an object", file: "tenants/acme/resources/all/cm.yaml",
		text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata: {a: b}\n",
	}, {
		name: "a group that is named default", file: "overrides/acme/resources/all/binding.yaml",
		text: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: more}\nsubjects: [{kind: ServiceAccount, name: default, namespace: other}]\n" +
			"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}\n",
	}, {
		name: "another namespace", file: "tenants/acme/resources/all/cm.yaml",
		text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: acme-production}\n",
		want: "tenants/acme/resources/all/cm.yaml:3:35: metadata.namespace: acme-production is not the tenant's namespace in development, which is acme-development; fix: leave metadata.namespace out",
	}, {
		name: "no namespace at all", file: "tenants/acme/resources/all/cr.yaml",
		text: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: more}\n",
		want: "tenants/acme/resources/all/cr.yaml:2:7: kind: ClusterRole belongs to no namespace; a tenant adds objects of its own namespace only; fix: ask the platform team to add it under overrides/",
	}, {
		name: "the platform's cluster role", file: "overrides/acme/resources/all/cr.yaml",
		text: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: more}\n",
	}, {
		name: "the platform's object elsewhere", file: "overrides/acme/resources/production/cm.yaml",
		text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: elsewhere}\n",
	}, {
		name: "an object that is there", file: "tenants/acme/resources/all/web.yaml",
		text: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n",
		want: "tenants/acme/resources/all/web.yaml:3:18: metadata.name: Rollout acme-development/web is already made by spec.services.web; fix: patch that one, or choose another name",
	}, {
		name: "a list", file: "tenants/acme/resources/all/list.yaml",
		text: "apiVersion: v1\nkind: List\nmetadata: {name: x}\nitems: []\n",
		want: "tenants/acme/resources/all/list.yaml:2:7: kind: a list of objects is not taken; fix: write one object a document, parted by ---",
	}, {
		name: "a kustomization", file: "tenants/acme/resources/all/k.yaml",
		text: "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}\nresources: [http://127.0.0.1/x]\n",
		want: "tenants/acme/resources/all/k.yaml:1:13: apiVersion: input of kustomize is not taken; fix: add Kubernetes objects only",
	}, {
		name: "a label that kustomize breaks", file: "tenants/acme/resources/all/cm.yaml",
		text: "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x, annotations: {'1': a}}\n",
		want: "tenants/acme/resources/all/cm.yaml:1:1: kustomize would change it: replace /metadata/annotations",
	}} {
		t.Run(c.name, func(t *testing.T) {
			got, tree := findings(webSource(t, extra(t, c.file, c.text)))
			if c.want == "" {
				require.Empty(t, got, dump(tree))
				return
			}
			require.Contains(t, got, c.want)
		})
	}
}
