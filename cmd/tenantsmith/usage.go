package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// atMost refuses more arguments than a command takes. What they are called is in its usage.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return fmt.Errorf("%q is one argument too many; see `%s --help`", args[n], cmd.CommandPath())
	}
}

// oneOf refuses a word behind a command that is none of those below it, which else would pass for a clean run.
func oneOf(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("unknown command %q%s", args[0], hint(args[0], names, fmt.Sprintf("; see `%s --help`", cmd.CommandPath())))
}

// hint is the name that somebody meant or, where none is near, something else that helps.
func hint(word string, names []string, otherwise string) string {
	return cmp.Or(schemas.Suggest(word, names), otherwise)
}

// flagsOf are the flags that a command takes, as people write them.
func flagsOf(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	return names
}

// apart makes one flag exclude others: the shell proposes none of them beside it, and both are refused.
func apart(cmd *cobra.Command, flag string, others ...string) {
	for _, other := range others {
		cmd.MarkFlagsMutuallyExclusive(flag, other)
	}
	beforehand(cmd, func(cmd *cobra.Command) error {
		i := slices.IndexFunc(others, cmd.Flags().Changed)
		if i < 0 || !cmd.Flags().Changed(flag) {
			return nil
		}
		return fmt.Errorf("--%s and --%s do not go together; see `%s --help`", flag, others[i], cmd.CommandPath())
	})
}

// beforehand adds a check of the flags to those that stand before the command's work.
func beforehand(cmd *cobra.Command, check func(*cobra.Command) error) {
	earlier := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if earlier != nil {
			if err := earlier(cmd, args); err != nil {
				return err
			}
		}
		return check(cmd)
	}
}

func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:               "help [COMMAND]",
		Short:             "What a command does, and its flags",
		Example:           "  tenantsmith help check",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = oneOf(of, rest)
			}
			if err != nil {
				return err
			}
			return of.Help()
		},
	}
}

func newCompletionCmd(w *workspace) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print what makes a shell complete tenants, checks and flags",
		Long: `Completion prints a script for SHELL: ` + strings.Join(shells, ", ") + `. A shell that has read it completes
tenants, environments, tiers, checks and formats from the repository that you are in.

For good, write it where your shell looks: ~/.bashrc with source <(tenantsmith completion bash), ~/.zshrc
with source <(tenantsmith completion zsh), ~/.config/fish/completions/tenantsmith.fish, or $PROFILE.`,
		Example: `  tenantsmith completion bash
  tenantsmith completion fish`,
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return fmt.Errorf("name one shell: %s", strings.Join(shells, ", "))
			}
			switch root := cmd.Root(); args[0] {
			case "zsh":
				return root.GenZshCompletionNoDesc(w.out)
			case "fish":
				return root.GenFishCompletion(w.out, false)
			case "powershell":
				return root.GenPowerShellCompletion(w.out)
			default:
				return root.GenBashCompletionV2(w.out, false)
			}
		},
	}
}
