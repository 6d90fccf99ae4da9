package main

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// completes teaches the shell what a command takes: arguments by the words of its usage, and values of
// flags by what the flags are called. A repository that cannot be read completes nothing, and says nothing.
func (w *workspace) completes(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 {
		cmd.ValidArgsFunction = w.arguments(strings.Fields(cmd.Use)[1:])
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if complete := w.completionOf(f); complete != nil {
			// It fails only where the flag has a completion of its own.
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
		}
	})
	for _, sub := range cmd.Commands() {
		w.completes(sub)
	}
}

// completionOf is how the values of a flag are completed; nil where they are files, or anybody's.
func (w *workspace) completionOf(f *pflag.Flag) cobra.CompletionFunc {
	switch f.Name {
	case "env":
		return w.listed(environmentNames)
	case "overwrite", "adopt":
		return w.listed(tenantNames)
	case "tier":
		return w.listed(tierNames)
	case "checks":
		return w.listed(checkIDs)
	case "framework":
		return w.listed(pipeline.FrameworkIDs)
	case "format", "kind": // their usage is the list of what there is
		return cobra.FixedCompletions(strings.Split(f.Usage, ", "), cobra.ShellCompDirectiveNoFileComp)
	case "fail-on":
		return cobra.FixedCompletions([]string{"low", "medium", "high", "critical"}, cobra.ShellCompDirectiveNoFileComp)
	case "dir", "write", "output":
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	}
	return nil
}

// listed completes the last of a list of values with commas between them.
func (w *workspace) listed(of func(fs.FS) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		before := word[:strings.LastIndexByte(word, ',')+1]
		out := w.values(of)
		for i := range out {
			out[i] = before + out[i]
		}
		return begins(out, word), cobra.ShellCompDirectiveNoFileComp
	}
}

// arguments completes by the words of a usage: [TENANT...] are tenants; TENANT is one, and a SERVICE or FIELD
// behind it is one of that tenant. What else there is, is left to the shell.
func (w *workspace) arguments(usage []string) cobra.CompletionFunc {
	switch {
	case len(usage) > 0 && strings.HasPrefix(usage[0], "[TENANT"):
		return w.completeTenants
	case len(usage) > 0 && usage[0] == "[FIELD]":
		return completeFields
	case len(usage) == 0 || usage[0] != "TENANT":
		return nil
	}
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		switch prefix, named := map[string]string{"SERVICE": "", "FIELD": "spec.services."}[append(usage, "", "")[1]]; {
		case len(args) == 0:
			return w.completeTenants(cmd, args, word)
		case len(args) == 1 && named:
			names := w.values(func(fsys fs.FS) []string { return serviceNames(fsys, args[0]) })
			for i := range names {
				names[i] = prefix + names[i]
			}
			return begins(names, word), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeTenants completes names of tenants; what looks like a file is left to the shell.
func (w *workspace) completeTenants(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if strings.ContainsAny(word, "./") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	names := slices.DeleteFunc(w.values(tenantNames), func(name string) bool { return slices.Contains(args, name) })
	return begins(names, word), cobra.ShellCompDirectiveDefault
}

// completeFields completes the last name of a field of the schema, of the kind that --kind names.
func completeFields(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	kind := cmd.Flag("kind").Value.String()
	above := word[:strings.LastIndexByte(word, '.')+1]
	names := pipeline.FieldsBelow(kind, strings.TrimSuffix(above, "."))
	if above == "" { // "spec." may be left out
		names = slices.Concat(names, pipeline.FieldsBelow(kind, "spec"))
	}
	for i := range names {
		names[i] = above + names[i]
	}
	return begins(names, word), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// values are what the platform repository has of something.
func (w *workspace) values(of func(fs.FS) []string) []string {
	root, err := w.open()
	if err != nil {
		return nil
	}
	defer root.Close()
	return of(root.FS())
}

func begins(names []string, word string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, word) })
}

// tenantNames are those of the files and folders; none of them is opened.
func tenantNames(fsys fs.FS) []string {
	entries, _ := fs.ReadDir(fsys, "tenants")
	var out []string
	for _, e := range entries {
		name := e.Name()
		if ext := path.Ext(name); ext == ".yaml" || ext == ".yml" {
			name = strings.TrimSuffix(name, ext)
		}
		if schemas.TenantName(name) == nil {
			out = append(out, name)
		}
	}
	return out
}

// serviceNames are those of a tenant's own files, whatever is wrong with the rest of them.
func serviceNames(fsys fs.FS, tenant string) []string {
	if schemas.TenantName(tenant) != nil {
		return nil
	}
	var out []string
	for _, pattern := range []string{"tenants/" + tenant + ".y*ml", "tenants/" + tenant + "/*.y*ml"} {
		files, _ := fs.Glob(fsys, pattern)
		for _, file := range files {
			data, err := fs.ReadFile(fsys, file)
			if err != nil {
				continue
			}
			documents, _ := manifest.Parse(file, data, manifest.TenantLimits)
			for _, d := range documents {
				if services := d.Get("spec").Get("services"); services != nil {
					named, _ := services.Tree().(map[string]any)
					out = slices.AppendSeq(out, maps.Keys(named))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func environmentNames(fsys fs.FS) []string {
	p, _, _ := schemas.LoadPlatform(fsys)
	var out []string
	for i := 0; p != nil && i < len(p.Environments); i++ {
		out = append(out, p.Environments[i].Name)
	}
	return out
}

func tierNames(fsys fs.FS) []string {
	p, _, _ := schemas.LoadPlatform(fsys)
	if p == nil {
		return nil
	}
	return p.TierNames()
}

func checkIDs(fsys fs.FS) []string {
	rules, _, _ := pipeline.Checks(fsys)
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.ID
	}
	return out
}
