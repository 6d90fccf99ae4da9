package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// judging are the flags of the commands that judge tenants: by which day, and by whose word.
type judging struct {
	now string
}

func (j *judging) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&j.now, "now", "", "judge waivers as on this `DATE`, YYYY-MM-DD (default today, UTC)")
}

// day is the day by which waivers are judged.
func (j *judging) day() (time.Time, error) {
	if j.now == "" {
		return time.Now().UTC(), nil
	}
	day, err := time.Parse(time.DateOnly, j.now)
	if err != nil {
		return day, fmt.Errorf("--now %q is no date: use YYYY-MM-DD, such as 2030-12-31", j.now)
	}
	return day, nil
}
