package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
)

// judging are the flags of the commands that judge tenants: by which day, and by whose word.
type judging struct {
	now     time.Time
	trusted string
	// committed takes the files from the commit that is checked out, whatever the working tree has.
	committed bool
}

func (j *judging) flags(cmd *cobra.Command) {
	j.trust(cmd)
	j.date(cmd)
}

// date is the flag of commands that judge what stands in the working tree, or will.
func (j *judging) date(cmd *cobra.Command) {
	cmd.Flags().Func("now", "judge waivers, and whatever else expires, as on this `DATE`, YYYY-MM-DD (default today, UTC)", func(s string) (err error) {
		if j.now, err = time.Parse(time.DateOnly, s); err != nil {
			return errors.New("is no date: use YYYY-MM-DD, such as 2030-12-31")
		}
		return nil
	})
}

// trust is the flag of commands that judge by schemas only. An empty value is refused: it comes from a
// variable of CI that is not set, and would trust the working tree unsaid.
func (j *judging) trust(cmd *cobra.Command) {
	cmd.Flags().Func("trusted-from", "take platform file, schemas, policies, overrides and waivers from this `REV` of git", func(s string) error {
		if j.trusted = s; s == "" {
			return errors.New("names no revision")
		}
		return nil
	})
}

// day is the day by which waivers are judged.
func (j *judging) day() time.Time {
	if j.now.IsZero() {
		return time.Now().UTC()
	}
	return j.now
}
