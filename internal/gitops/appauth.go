package gitops

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

const (
	appIDEnv           = "TENANTSMITH_APP_ID"
	appInstallationEnv = "TENANTSMITH_APP_INSTALLATION_ID"
	appKeyEnv          = "TENANTSMITH_APP_KEY_FILE"
	appURLEnv          = "TENANTSMITH_APP_URL"
)

// app is a GitHub App as it is installed in one organisation.
type app struct {
	id, installation string
	key              *rsa.PrivateKey
	// api is the address of GitHub's API, without a slash at its end.
	api string
}

// An App has a number, and since a while a client id such as Iv23liABCDEF0123456.
var (
	appID          = pattern.Of(`^[A-Za-z0-9.]{1,24}$`)
	installationID = pattern.Of(`^[0-9]{1,24}$`)
)

// app is the GitHub App of the environment, or nil where it names none.
func (c Credentials) app(remote *url.URL) (*app, error) {
	var set, missing []string
	for _, name := range []string{appIDEnv, appInstallationEnv, appKeyEnv} {
		if c.Env(name) == "" {
			missing = append(missing, name)
		} else {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		return nil, nil
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s without %s", strings.Join(set, " and "), strings.Join(missing, " and "))
	}
	// Neither is secret, and either appears in messages: what was put into the wrong variable must not.
	if !appID().MatchString(c.Env(appIDEnv)) {
		return nil, errors.New(appIDEnv + ": is no id of a GitHub App")
	}
	if !installationID().MatchString(c.Env(appInstallationEnv)) {
		return nil, errors.New(appInstallationEnv + ": is no number")
	}
	key, err := readAppKey(c.Env(appKeyEnv))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", appKeyEnv, err)
	}
	api, err := apiOf(c.Env(appURLEnv), remote)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", appURLEnv, err)
	}
	return &app{id: c.Env(appIDEnv), installation: c.Env(appInstallationEnv), key: key, api: api}, nil
}

// apiOf is where GitHub's API is: api.github.com, or below the server that holds the repository.
func apiOf(given string, remote *url.URL) (string, error) {
	if given == "" {
		if strings.EqualFold(remote.Hostname(), "github.com") {
			return "https://api.github.com", nil
		}
		return remote.Scheme + "://" + remote.Host + "/api/v3", nil
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", errors.New("is no https URL")
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

// readAppKey reads the private key as GitHub hands it out, or in the newer form PKCS #8.
func readAppKey(file string) (*rsa.PrivateKey, error) {
	data, err := readSmall(file, maxToken)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("the file holds no private key in PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
	}
	return nil, errors.New("the file holds no private RSA key")
}

// auth asks GitHub for a token of the installation, which counts an hour and for the one repository.
func (a *app) auth(ctx context.Context, remote *url.URL) (Auth, error) {
	proof, err := a.proof(time.Now())
	if err != nil {
		return Auth{}, fmt.Errorf("GitHub App %s: %w", a.id, err)
	}
	token, err := a.token(ctx, proof, strings.TrimSuffix(path.Base(remote.Path), ".git"))
	if err != nil {
		return Auth{}, fmt.Errorf("GitHub App %s: %w", a.id, Auth{Bearer: proof}.redact(err))
	}
	return Auth{Username: "x-access-token", Password: token, From: "the GitHub App " + a.id}, nil
}

// proof is a JSON Web Token that says who asks. It is dated back a minute, for clocks that differ, and ends before
// the ten minutes that GitHub allows.
func (a *app) proof(now time.Time) (string, error) {
	claims, err := json.Marshal(struct {
		IssuedAt int64  `json:"iat"`
		Expires  int64  `json:"exp"`
		Issuer   string `json:"iss"`
	}{now.Add(-time.Minute).Unix(), now.Add(8 * time.Minute).Unix(), a.id})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	return text + "." + encode(signature), err
}

// token exchanges the proof for a token.
func (a *app) token(ctx context.Context, proof, repository string) (string, error) {
	body, err := json.Marshal(map[string][]string{"repositories": {repository}})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.api+"/app/installations/"+a.installation+"/access_tokens", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+proof)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	client := &http.Client{CheckRedirect: sameHost}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var answer struct{ Token, Message string }
	err = json.NewDecoder(io.LimitReader(res.Body, maxToken)).Decode(&answer)
	switch {
	case res.StatusCode != http.StatusCreated:
		return "", fmt.Errorf("GitHub answers with status %d: %s", res.StatusCode, cmp.Or(printable(answer.Message), "no reason given"))
	case err != nil || answer.Token == "":
		return "", errors.New("GitHub's answer holds no token")
	}
	return answer.Token, nil
}
