package checks.ts_rbac_014

deny contains finding if some finding in tokens
