package main

import (
	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// shardFlag lets a job take its share of the tenants, and others the rest.
func shardFlag(cmd *cobra.Command, s *pipeline.Shard) {
	cmd.Flags().Func("shard", "only the tenants of shard `I/N`; the shards 1/N to N/N have all tenants, each one", func(text string) (err error) {
		*s, err = pipeline.ParseShard(text)
		return err
	})
}

// sharded says how many tenants the shard has.
func (w *workspace) sharded(res *pipeline.Result) {
	if !res.Shard.All() {
		n := len(known(res))
		w.say("shard %s: %d of %s", res.Shard, n, report.Plural(n+len(res.Others), "tenant"))
	}
}

// elsewhere is what a check leaves to other shards.
func elsewhere(res *pipeline.Result) []report.Skipped {
	if len(res.Others) == 0 {
		return nil
	}
	return []report.Skipped{{What: report.Plural(len(res.Others), "tenant"), Reason: "not in shard " + res.Shard.String()}}
}
