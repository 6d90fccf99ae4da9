# METADATA
# title: Monitoring and alert routes
# description: |
#   Who brings objects of the Prometheus operator watches the tenant's own namespaces only, and reads
#   addresses of receivers from Secrets. Once a tenant has a monitor, each of its services has one.
#   Whether alerts reach people outside of the platform is for TS-DATA-004.
# custom:
#   id: TS-AUD-002
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   remedy: set spec.monitoring.level, and let the patch or object of your own name the tenant's namespaces and a Secret
#   objects: [ServiceMonitor, PodMonitor, Probe, ScrapeConfig, AlertmanagerConfig, Rollout, Deployment, StatefulSet, tenant]
#   controls:
#     direct: [iso:A.8.16, soc2:CC7.2]
#     supporting: [nsa:LOG-03, iso:A.6.8, soc2:CC7.3, soc2:A1.1, csf:DE.CM-01, csf:DE.CM-09, csf:DE.AE-06, gdpr:33.1]
package checks.ts_aud_002

deny contains finding if {
	_ = input.facts
	input.ctx.protected
	input.ctx.spec.monitoring.level == "none"
	finding := {
		"path": [],
		"field": ["spec", "monitoring", "level"],
		"message": "nobody watches the tenant in a protected environment",
	}
}
