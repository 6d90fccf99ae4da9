package audit

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// suspect notes that a commit touched by hand what is tenantsmith's.
func (w *walk) suspect(c change) {
	if c.owned && c.by == byHand {
		w.note(c, report.EditedByHand, "", "the commit changes files of the tenant and does not say that tenantsmith made it")
	}
}

// note adds evidence and returns where it stands.
func (w *walk) note(c change, kind, file, message string) int {
	w.found = append(w.found, report.Evidence{
		Kind: kind, Commit: c.commit.Hash, Time: stamp(c.at), File: file, Message: message, Announced: c.announcement(),
	})
	return len(w.found) - 1
}

// announced says which hold told of an edit.
func (c change) announcement() string {
	h := c.announced
	if h == nil {
		return ""
	}
	return fmt.Sprintf("hold of %s for %s until %s", h.By, h.Ticket, h.Until)
}

// compare holds the files against the record, and notes what begins to differ, and what differs no longer or in another
// way: a hold that announced the one announces nothing of the other.
func (w *walk) compare(c change) error {
	now := map[[2]string]string{}
	if w.broken != "" {
		now[[2]string{report.RecordBroken, manifest.RecordPath(w.name)}] = w.broken
	}
	if w.record != nil {
		for file, want := range w.record.Files {
			id, there := w.files[file]
			if !there {
				now[[2]string{report.FileMissing, file}] = "the record names the file, and it is not there"
				continue
			}
			sum, err := w.digest(id)
			if err != nil {
				return err
			}
			if sum != want {
				now[[2]string{report.DigestDiffers, file}] = fmt.Sprintf("the file has the digest %s, and the record says %s", sum, want)
			}
		}
	}
	for file := range w.files {
		if w.record != nil && w.record.Strange(file) {
			now[[2]string{report.FileStrange, file}] = "no record names the file, and " + manifest.Applied(file)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(w.open), byFile) {
		if message, still := now[key]; !still || message != w.found[w.open[key]].Message {
			w.found[w.open[key]].Ended = stamp(c.at)
			delete(w.open, key)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(now), byFile) {
		if _, known := w.open[key]; !known {
			w.open[key] = w.note(c, key[0], path.Join(w.Path, key[1]), now[key])
		}
	}
	return nil
}

func byFile(a, b [2]string) int { return slices.Compare([]string{a[1], a[0]}, []string{b[1], b[0]}) }

// digest is that of a file, read once.
func (w *walk) digest(id string) (string, error) {
	if sum, known := w.digests[id]; known {
		return sum, nil
	}
	data, err := w.history.Read(id)
	if err != nil {
		return "", err
	}
	w.digests[id] = manifest.Digest(data)
	return w.digests[id], nil
}

// source looks up the commit of the platform repository that was published, and holds its files against the inputs
// that the record names.
func (w *walk) source(c change, merged []*gitops.Past) (report.AuditSource, error) {
	hash, dirty := c.commit.Trailer(gitops.SourceTrailer), c.commit.Trailer(gitops.DirtyTrailer) != ""
	for i := len(merged) - 1; i >= 0 && hash == ""; i-- {
		hash, dirty = merged[i].Trailer(gitops.SourceTrailer), merged[i].Trailer(gitops.DirtyTrailer) != ""
	}
	out := report.AuditSource{Commit: hash, Dirty: dirty, Approvals: []string{}}
	switch {
	case hash == "" && c.onlyHold():
		out.Why = "a hold is made of no input"
		return out, nil
	case hash == "" && c.by == byHand:
		out.Why = "the commit names none"
		return out, nil
	case hash == "":
		out.Why = "the commit does not name its source"
	case w.Origin == nil:
		out.Why = w.NoOrigin
	}
	if out.Why != "" {
		w.unexamined(c, out.Why)
		return out, nil
	}
	past, files, err := w.Origin.Commit(hash)
	if err != nil {
		return out, fmt.Errorf("read the source %s: %w", hash, err)
	}
	if past == nil {
		out.Why = "the platform repository at hand does not hold the commit"
		w.unexamined(c, out.Why)
		return out, nil
	}
	for _, t := range past.Trailers {
		if slices.Contains([]string{"reviewed-by", "approved-by", "acked-by", "signed-off-by"}, strings.ToLower(t.Key)) {
			out.Approvals = append(out.Approvals, t.Key+": "+t.Value)
		}
	}
	out.Examined, out.Author, out.Subject, out.PullRequest, out.Reason = true, person(past.Author), past.Subject, past.PullRequest, past.Reason
	if c.recorded && !dirty && w.record != nil {
		w.inputs(c, hash, files)
	}
	return out, nil
}

func (w *walk) unexamined(c change, why string) {
	if w.within(c.at) {
		w.sources[why]++
	}
}
