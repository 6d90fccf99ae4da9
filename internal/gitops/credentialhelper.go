package gitops

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// helperTime bounds how long git's credential helpers may take.
const helperTime = 20 * time.Second

// askGit asks git for credentials that its helpers know, without any way to ask a person: neither on the terminal
// nor in a window. Without git, and where nobody knows any, there are none. What helpers print on stderr may hold
// secrets and is dropped.
func askGit(ctx context.Context, remote *url.URL, user string) Auth {
	ctx, cancel := context.WithTimeout(ctx, helperTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", "-c", "credential.interactive=false", "credential", "fill")
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never")
	cmd.WaitDelay = time.Second
	var in, out bytes.Buffer
	fmt.Fprintf(&in, "protocol=%s\nhost=%s\npath=%s\n", remote.Scheme, remote.Host, strings.TrimPrefix(remote.Path, "/"))
	if user != "" {
		fmt.Fprintf(&in, "username=%s\n", user)
	}
	in.WriteString("\n")
	cmd.Stdin, cmd.Stdout = &in, &out
	if err := cmd.Run(); err != nil {
		return Auth{}
	}
	auth := Auth{From: "git's credential helper"}
	for line := range strings.Lines(out.String()) {
		switch key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "="); key {
		case "username":
			auth.Username = value
		case "password":
			auth.Password = value
		}
	}
	return auth
}
