package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/adopt"
	"github.com/tenantsmith/tenantsmith/internal/function"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// schemaKinds are the kinds of documents that tenantsmith reads.
var schemaKinds = []string{"tenant", "platform", "override", "waiver", "change"}

func newSchemaCmd(w *workspace) *cobra.Command {
	draft, write := "2020-12", ""
	cmd := &cobra.Command{
		Use:   "schema [KIND]",
		Short: "Print the JSON Schema that editors complete and check with",
		Long: `Schema prints the JSON Schema of a kind: ` + strings.Join(schemaKinds, ", ") + `. With --write it
writes all of them as DIR/<kind>.schema.json, which is where the first line of a tenant file points.

The kind report is what check, validate and prove print with --format json, compliance-report what
report does, audit-report what audit does, adopt-report what adopt does, plan and status what those do. The
kind fn is what catalogues of KRM functions know of tenantsmith fn: a KRMFunctionDefinition of each
functionConfig, with its schema; with --write also the metadata of kpt.`,
		Example: `  tenantsmith schema tenant
  tenantsmith schema --draft 7 platform
  tenantsmith schema --write schemas
  tenantsmith schema report`,
		Args:      atMost(1),
		ValidArgs: append(slices.Clone(schemaKinds), "report", "compliance-report", "audit-report", "adopt-report", "plan", "status", "fn"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, ok := map[string]int{"2020-12": 2020, "7": 7}[draft]
			if !ok {
				return fmt.Errorf("unknown draft %q: use 2020-12 or 7", draft)
			}
			if len(args) > 0 && args[0] == "fn" {
				return w.functionSchemas(write)
			}
			if write != "" {
				return w.writeSchemas(filepath.Join(w.dir, write), n)
			}
			kind := "tenant"
			if len(args) > 0 {
				kind = args[0]
			}
			if !slices.Contains(cmd.ValidArgs, kind) {
				return fmt.Errorf("there is no kind %s%s", kind, hint(kind, cmd.ValidArgs, "; use "+strings.Join(cmd.ValidArgs, ", ")))
			}
			b, err := jsonSchema(kind, n)
			if err != nil {
				return err
			}
			_, err = w.out.Write(b)
			return err
		},
	}
	cmd.Flags().StringVar(&draft, "draft", draft, "draft of JSON Schema: 2020-12 or 7")
	cmd.Flags().StringVar(&write, "write", "", "write the schemas of all kinds into `DIR`")
	return cmd
}

// functionSchemas prints what catalogues of functions know, or writes it as files.
func (w *workspace) functionSchemas(dir string) error {
	files, err := function.Catalogue(func(kind string) ([]byte, error) { return schemas.JSONSchema(kind, 7) })
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case dir != "":
			err = os.WriteFile(filepath.Join(w.dir, dir, name), files[name], 0o644)
		case name != function.Metadata:
			_, err = fmt.Fprintf(w.out, "---\n%s", files[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// jsonSchema is the schema of a kind that people write, or of a report that they read.
func jsonSchema(kind string, draft int) ([]byte, error) {
	text, read := map[string][]byte{"report": report.Schema, "compliance-report": report.ComplianceSchema, "audit-report": report.AuditSchema, "adopt-report": adopt.Schema, "plan": report.PlanSchema, "status": report.StatusSchema}[kind]
	switch {
	case !read:
		return schemas.JSONSchema(kind, draft)
	case draft != 2020:
		return nil, errors.New("the schemas of reports are there in draft 2020-12 only")
	}
	return text, nil
}

func (w *workspace) writeSchemas(dir string, draft int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return w.unusable("--write", dir, err)
	}
	for _, kind := range schemaKinds {
		b, err := schemas.JSONSchema(kind, draft)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, kind+".schema.json")
		if err := os.WriteFile(file, b, 0o644); err != nil {
			return w.unusable("--write", file, err)
		}
	}
	return nil
}
