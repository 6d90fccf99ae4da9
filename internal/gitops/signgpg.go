package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// runGPG lets gpg sign, which alone reaches keys in its agent and on smart cards. It asks nothing on the terminal;
// its agent may ask for a passphrase where it has a way to.
func runGPG(user string, data []byte) (armored string, err error) {
	program, err := exec.LookPath("gpg")
	if err != nil {
		return "", errors.New("gpg is not installed")
	}
	cmd := exec.Command(program, "--batch", "--no-tty", "--quiet", "--armor", "--detach-sign", "--local-user", user)
	var out, words bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(data), &out, &words
	if err := cmd.Run(); err != nil {
		last := strings.TrimSpace(words.String())
		last = printable(last[strings.LastIndex(last, "\n")+1:])
		return "", fmt.Errorf("gpg cannot sign by the key %q: %s", printable(user), strings.TrimPrefix(last, "gpg: "))
	}
	return out.String(), nil
}
