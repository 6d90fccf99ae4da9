package registry

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// DockerConfig reads the credentials that docker login keeps in its file. What it has from a helper program is not
// asked for. A file that cannot be read holds none.
func DockerConfig(data []byte) func(host string) (username, password string) {
	var file struct {
		Auths map[string]struct {
			Auth string `json:"auth"`
		} `json:"auths"`
	}
	if json.Unmarshal(data, &file) != nil {
		return nil
	}
	return func(host string) (string, string) {
		if host == hub {
			host = "index.docker.io"
		}
		for name, entry := range file.Auths {
			name = strings.TrimPrefix(strings.TrimPrefix(name, "https://"), "http://")
			if name, _, _ = strings.Cut(name, "/"); name != host {
				continue
			}
			if text, err := base64.StdEncoding.DecodeString(entry.Auth); err == nil {
				username, password, _ := strings.Cut(string(text), ":")
				return username, password
			}
		}
		return "", ""
	}
}
