package registry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// authorize makes the header that a challenge asks for: credentials themselves, or a token that its server gives
// for them, and for nobody where there are none.
func (c Client) authorize(ctx context.Context, r reference, challenge string) (string, error) {
	var username, password string
	if c.Credentials != nil {
		username, password = c.Credentials(r.host)
	}
	basic := ""
	if password != "" {
		basic = "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))
	}
	kind, rest, _ := strings.Cut(challenge, " ")
	switch {
	case strings.EqualFold(kind, "Bearer"):
		return c.token(ctx, r, parameters(rest), basic)
	case strings.EqualFold(kind, "Basic") && basic != "":
		return basic, nil
	}
	return "", status(&http.Response{StatusCode: http.StatusUnauthorized})
}

var parameter = pattern.Of(`([a-z_]+)="([^"]*)"`)

func parameters(text string) map[string]string {
	out := map[string]string{}
	for _, m := range parameter().FindAllStringSubmatch(text, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// token asks the server that the registry names. Credentials go over https, or stay on this machine.
func (c Client) token(ctx context.Context, r reference, p map[string]string, basic string) (string, error) {
	u, err := url.Parse(p["realm"])
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || scheme(u.Host) != "http" || scheme(r.host) != "http") {
		return "", errors.New("the registry names a token server that is no https address")
	}
	q := u.Query()
	if p["service"] != "" {
		q.Set("service", p["service"])
	}
	q.Set("scope", "repository:"+r.path+":pull")
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", errors.New("the registry names a token server that is no https address")
	}
	if basic != "" {
		req.Header.Set("Authorization", basic)
	}
	res, err := c.do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", status(res)
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&answer); err != nil || answer.Token+answer.AccessToken == "" {
		return "", errors.New("the token server of the registry gives no token")
	}
	if answer.Token == "" {
		answer.Token = answer.AccessToken
	}
	return "Bearer " + answer.Token, nil
}
