package generators

import (
	"fmt"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const (
	// fluxMargin is beyond the pauses and measurements of a release: the time for pods to start, and for a deadline to
	// report a failure first.
	fluxMargin = 15 * time.Minute
	// fluxLongest ends the wait for longer releases, and for people. Flux then says that the release is not healthy
	// yet, and looks again a minute later; it takes nothing back.
	fluxLongest = time.Hour
)

// fluxTimeout is how long Flux waits for the workloads, in minutes: as long as their longest release or Job takes.
func fluxTimeout(objects []manifest.Object) string {
	var longest time.Duration
	for _, o := range objects {
		switch key := o.Key(); {
		case key.Group == "argoproj.io" && key.Kind == "Rollout":
			longest = max(longest, releaseTime(o))
		case key.Group == "batch" && key.Kind == "Job" && text(o.Tree, "metadata", "labels", labelPhase) == "":
			longest = max(longest, jobTime(o))
		}
	}
	return fmt.Sprintf("%dm", int64(min(longest+fluxMargin, fluxLongest).Minutes()))
}

// jobTime is how long a Job may take.
func jobTime(job manifest.Object) time.Duration {
	v, _ := manifest.Path{"spec", "activeDeadlineSeconds"}.Lookup(job.Tree)
	seconds, _ := v.(int64)
	return min(time.Duration(min(max(seconds, 0), int64(fluxLongest/time.Second)))*time.Second, fluxLongest)
}

// releaseTime is how long the steps of a Rollout take at least. What only a person ends counts nothing.
func releaseTime(rollout manifest.Object) time.Duration {
	var out time.Duration
	for _, step := range list(rollout.Tree, "spec", "strategy", "canary", "steps") {
		out += howLong(text(step, "pause", "duration")) + howLong(text(step, "experiment", "duration"))
		if _, measures := (manifest.Path{"analysis"}).Lookup(step); measures {
			out += measureTime()
		}
	}
	if _, measures := (manifest.Path{"spec", "strategy", "blueGreen", "prePromotionAnalysis"}).Lookup(rollout.Tree); measures {
		out += measureTime()
	}
	return min(out, fluxLongest)
}

// measureTime is how long our measurements take; templates of others may take longer.
func measureTime() time.Duration {
	return howLong(firstMeasure) + measureCount*howLong(measureInterval)
}

// howLong is a duration as Rollouts write it; none where there is no text.
func howLong(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0
	}
	return min(d, fluxLongest)
}

// certificateHealth has Flux wait for no certificate: an issuer may take hours, or ask for what the workloads bring.
func (in input) certificateHealth() []krm.FluxHealthCheck {
	if in.env.Issuer() == "" {
		return nil
	}
	return []krm.FluxHealthCheck{{APIVersion: krm.CertManagerAPI, Kind: "Certificate", Current: "true"}}
}
