package secrets

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// letters is a text of that length that looks random and is always the same. Tokens are put together of
// parts, so that nobody's scanner takes this file for a leak.
func letters(n int, alphabet string) string {
	state, out := uint32(7), make([]byte, n)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = alphabet[int(state>>16)%len(alphabet)]
	}
	return string(out)
}

const (
	upper    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	base32   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	hexes    = "0123456789abcdef"
	alphanum = upper + "abcdefghijklmnopqrstuvwxyz" + "0123456789"
)

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func pem(kind string) string {
	return "-----BEGIN " + kind + "-----\n" + letters(64, alphanum) + "\n" + letters(40, alphanum) + "==\n-----END " + kind + "-----\n"
}

// der is bytes that begin as that kind of file does.
func der(head ...byte) string {
	return base64.StdEncoding.EncodeToString(append(head, letters(80, alphanum)...))
}

var tokens = map[string]string{
	"pem":         pem("RSA PRIVATE" + " KEY"),
	"openssh":     pem("OPENSSH PRIVATE" + " KEY"),
	"pgp":         pem("PGP PRIVATE" + " KEY BLOCK"),
	"aws":         "AKI" + "A" + letters(16, base32),
	"sts":         "ASI" + "A" + letters(16, base32),
	"github":      "ghp" + "_" + letters(36, alphanum),
	"app":         "ghs" + "_" + letters(40, alphanum),
	"fine":        "github_" + "pat_" + letters(40, alphanum),
	"gitlab":      "glpa" + "t-" + letters(20, alphanum),
	"slack":       "xox" + "b-" + letters(12, "0123456789") + "-" + letters(24, alphanum),
	"webhook":     "https://hooks.slack" + ".com/services/T" + letters(8, upper) + "/B" + letters(8, upper) + "/" + letters(24, alphanum),
	"stripe":      "sk_" + "live_" + letters(24, alphanum),
	"google":      "AIz" + "a" + letters(35, alphanum),
	"gcp":         `{"type": "service_account", "private_key": "-----BEGIN PRIVATE` + ` KEY-----\n` + letters(64, alphanum) + `\n-----END PRIVATE` + ` KEY-----\n"}`,
	"azure":       "DefaultEndpointsProtocol=https;AccountName=acme;Account" + "Key=" + letters(86, alphanum) + "==;EndpointSuffix=core.windows.net",
	"sas":         "https://acme.blob.core.windows.net/x?sv=2024-11-04&si" + "g=" + letters(43, alphanum) + "%3D",
	"jwt":         "ey" + "J" + letters(20, alphanum) + ".ey" + "J" + letters(40, alphanum) + "." + letters(43, alphanum),
	"npm":         "npm" + "_" + letters(36, alphanum),
	"pypi":        "pyp" + "i-" + letters(60, alphanum),
	"sendgrid":    "S" + "G." + letters(22, alphanum) + "." + letters(43, alphanum),
	"twilio":      "S" + "K" + letters(32, hexes),
	"databricks":  "dap" + "i" + letters(32, hexes),
	"vault":       "hv" + "s." + letters(24, alphanum),
	"age":         "AGE-SECRET" + "-KEY-1" + letters(58, base32),
	"model":       "sk-" + "ant-" + letters(30, alphanum),
	"pkcs12":      der(0x30, 0x82, 0x0a, 0x10, 0x02, 0x01, 0x03),
	"pkcs8":       der(0x30, 0x82, 0x04, 0xa4, 0x02, 0x01, 0x00),
	"sec1":        der(0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20),
	"login":       "postgres://shop:hunt" + "er2@db.acme.svc:5432/shop",
	"nobody":      "redis://:hunt" + "er2@redis:6379/0",
	"bearer":      "Bearer " + letters(24, alphanum),
	"basic":       "Basic " + encoded("ada:hunt"+"er2"),
	"random":      letters(40, alphanum),
	"hex":         letters(32, hexes),
	"wrapped":     encoded("AKI" + "A" + letters(16, base32)),
	"wrapped-pem": encoded(pem("EC PRIVATE" + " KEY")),
	"wrapped-set": encoded("db:\n  password: hunt" + "er2\n"),
}

func TestTokens(t *testing.T) {
	for name, token := range tokens {
		for _, text := range []string{token, "say " + token + " twice", "X=" + token} {
			found := Find(map[string]any{"env": []any{map[string]any{"name": "SETTING", "value": text}}})
			require.Len(t, found, 1, "%s: %s", name, text)
			require.Equal(t, manifest.Path{"env", 0, "value"}, found[0].Path)
			require.Len(t, found[0].Hash, 8)
			require.NotContains(t, fmt.Sprint(found), token[len(token)-12:], "%s: the text itself is told", name)
		}
	}
}

var literals = map[string]string{
	"PASSWORD": "hunter2", "DB_PASSWORD": "changeme", "dbpassword": "s3cret!", "POSTGRES_PASSWORD_1": "ab c",
	"spring.datasource.password": "hunter2", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "apiKey": "4711-abc",
	"x-api-key": "4711-abc", "client_secret": "shhh", "PRIVATE_KEY": "abc", "authToken": "abcdef", "SESSION_TOKEN": "tik-tak",
	"CONNECTION_STRING": "Server=x;Uid=sa", "credential": "ada", "SECRET_KEY_BASE": "abcdef", "PIN_PASSWORD": "123456",
	"SMTP_PWD": "hunter2", "DJANGO_SECRET_KEY": "insecure", "ConnectionStrings__Default": "Server=x",
	"FALLBACK_PASSWORD": "${DB_PASSWORD:-hunter2}", "SPRING_PASSWORD": "${DB_PASSWORD:hunter2}", "MIXED_TOKEN": "abcdef${SUFFIX}",
	"passphrase": "correct horse battery staple",
}

func TestNames(t *testing.T) {
	for name, value := range literals {
		for _, tree := range []any{
			map[string]any{name: value},
			map[string]any{"name": name, "value": value},
			[]any{"--" + name, value},
			[]any{"-D" + name + "='" + value + "'"},
			map[string]any{"a.properties": "x=1\n" + name + "=\"" + value + "\"\n"},
			map[string]any{"a.yaml": "db:\n  - " + name + ": '" + value + "'\n"},
			map[string]any{"a.json": `{"` + name + `": "` + value + `", "x": 1}`},
			map[string]any{"a.xml": "<" + name + ">" + strings.Fields(value)[0] + "1</" + name + ">"},
		} {
			found := Find(tree)
			require.NotEmpty(t, found, "%s: %s in %v", name, value, tree)
			require.Equal(t, Name, found[0].By)
			require.NotContains(t, fmt.Sprint(found), value)
		}
	}
}

// What people write every day, by the names they write it under.
var ordinary = []struct{ name, value string }{
	{"image", "ghcr.io/example/backend@sha256:" + letters(64, hexes)},
	{"digest", "sha256:" + letters(64, hexes)},
	{"IMAGE", "registry.example.com:5000/acme/api:main-" + letters(40, hexes)},
	{"GIT_COMMIT", letters(40, hexes)},
	{"revision", letters(40, hexes)},
	{"checksum/config", letters(64, hexes)},
	{"integrity", "sha512-" + letters(86, alphanum) + "=="},
	{"note", "commit " + letters(40, hexes) + " of main"},
	{"TRACE_ID", letters(32, hexes)},
	{"UID", "9f86d081-884c-7d65-9a2f-eaa0c55ad015"},
	{"x", "9f86d081-884c-7d65-9a2f-eaa0c55ad015"},
	{"greeting", encoded("hello world, how are you")},
	{"settings", encoded(`{"log": "info", "retries": 3}`)},
	{"ca.crt", pem("CERTIFICATE")},
	{"caBundle", encoded(pem("CERTIFICATE"))},
	{"jwks.pem", pem("PUBLIC KEY")},
	{"cert.der", der(0x30, 0x82, 0x03, 0x10, 0x30, 0x82)},
	{"key.pub", "ssh-ed25519 AAAA" + letters(64, alphanum) + " ada@example.com"},
	{"DATABASE_URL", "postgres://shop@db.acme.svc:5432/shop?sslmode=verify-full"},
	{"DATABASE_URL", "postgres://shop:${DB_PASSWORD}@db:5432/shop"},
	{"DATABASE_URL", "postgres://$(USER):$(PASSWORD)@db:5432/shop"},
	{"DB_PASSWORD", "${DB_PASSWORD}"}, {"DB_PASSWORD", "$DB_PASSWORD"}, {"DB_PASSWORD", "$(DB_PASSWORD)"},
	{"DB_PASSWORD", "{{ .Values.db.password | quote }}"}, {"DB_PASSWORD", "<your password>"}, {"DB_PASSWORD", "${DB_PASSWORD:-}"},
	{"DB_PASSWORD", "${DB_PASSWORD:?is needed}"}, {"DB_PASSWORD", "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]"},
	{"DB_PASSWORD", "vault:secret/data/acme#password"}, {"DB_PASSWORD", ""}, {"DB_PASSWORD", "********"}, {"TOKEN", "Bearer ${TOKEN}"},
	{"API_TOKEN", "/run/secrets/token"}, {"SECRET", "file:/etc/app/secret"}, {"PASSWORD_FILE", "/run/secrets/password"},
	{"DB_PASSWORD_FILE", "whatever"}, {"tokenizer", "bert"}, {"TOKENIZERS_PARALLELISM", "false"}, {"MAX_TOKENS", "4096"},
	{"token_ttl", "3600"}, {"TOKEN_URL", "https://id.example.com/oauth/token"}, {"tokenEndpoint", "https://x.example.com"},
	{"secretName", "x"}, {"SECRET_NAME", "db-credentials"}, {"secretKeyRef", "x"}, {"passwordPolicy", "strict"},
	{"PASSWORD_MIN_LENGTH", "12"}, {"ENABLE_PASSWORD_RESET", "true"}, {"REQUIRE_TOKEN", "true"}, {"TOKEN", "true"}, {"token", "30m"},
	{"passwordFromEnv", "RABBIT_PASSWORD"}, {"tokenAudience", "vault"}, {"CREDENTIALS", "/var/run/gcp.json"}, {"PWD", "/app"},
	{"schedule", "0 2 * * *"}, {"CACHE", "on"}, {"replicas", "3"}, {"topologyKey", "kubernetes.io/hostname"},
	{"whenUnsatisfiable", "requiredDuringSchedulingIgnoredDuringExecution"}, {"class", "com.example.shop.PasswordEncoderFactoryBean2"},
	{"role", "arn:aws:iam::123456789012:role/AcmeProductionDatabaseReader2"},
	{"path", "projects/AcmeShop2/locations/EuropeWest1/keyRings/MainRing3/cryptoKeys/Shop"},
	{"url", "https://raw.githubusercontent.com/Example/Shop2/main/docs/GettingStarted.md"},
	{"query", `sum(rate(http_requests_total{job="web",code!~"5.."}[5m])) / sum(rate(http_requests_total{job="web"}[5m]))`},
	{"name", "enterprise-client-production-spotify-ai-backend-files-1a2b3c4d"},
	{"host", "enterprise.dev.example.com"}, {"contact", "ada@example.com"}, {"git", "git@github.com:example/shop.git"},
	{"command", "sh -c 'TOKEN=$(cat /run/secrets/token) exec app --token-file=/run/secrets/token'"},
	{"args", "--password-file=/run/secrets/db"}, {"args", "--secret-name=db"}, {"args", "--token=$(TOKEN)"},
	{"app.properties", "spring.datasource.password=${DB_PASSWORD}\nspring.datasource.url=jdbc:postgresql://db/shop\n"},
	{"app.yaml", "auth:\n  token: {{ token }}\n  password:\n    secretKeyRef: {name: db, key: password}\n  passwordHash: false\n"},
	{"app.ini", "# password = hunter2 would be wrong\n; token = none\ntoken_ttl = 3600\n"},
	{"app.json", `{"token": null, "password": "", "secret": {"name": "db"}, "apiKey": "${API_KEY}"}`},
	{"openapi.yaml", "password:\n  type: string\n  format: password\ntoken: string\n"},
	{"script.js", "const token = req.headers.token;\nconst secret = getSecret();\nlet password = await ask();\n"},
	{"prometheus.yml", "bearer_token_file: /var/run/token\ncredentials_file: /etc/x\n"},
	{"README.md", "The token: see the handbook. Passwords are kept elsewhere.\n"},
	{"logo.png", base64.StdEncoding.EncodeToString(append([]byte("\x89PNG\r\n\x1a\n"), letters(100, alphanum)...))},
	{"data", encoded(strings.Repeat("some longer text, in words.\n", 40))},
	{"jwks.json", `{"keys": [{"kty": "RSA", "kid": "` + letters(40, alphanum) + `", "e": "AQAB", "n": "` + letters(342, alphanum) + `"}]}`},
	{"SENTRY_DSN", "https://" + letters(32, hexes) + "@o4711.ingest.sentry.io/4505"},
	{"existingSecret", "db"}, {"values.yaml", "auth:\n  existingSecret: shop-db\nimagePullSecret: registry\n"},
	{"rules.conf", "proxy_set_header X-Token $token;\nset $secret $http_x_secret;\n"},
}

func TestOrdinary(t *testing.T) {
	for _, o := range ordinary {
		for _, tree := range []any{map[string]any{o.name: o.value}, map[string]any{"name": o.name, "value": o.value}} {
			require.Empty(t, Find(tree), "%s: %s", o.name, o.value)
		}
	}
}

func TestNeighbours(t *testing.T) {
	require.Empty(t, Find(map[string]any{"DB_URI": map[string]any{"secret": "db", "key": "uri"}}))
	require.Empty(t, Find([]any{"--token-file", "abc"}))
	require.Empty(t, Find([]any{"--password=x", "serve"}))
	require.Empty(t, Find(map[string]any{"password": int64(5), "token": true, "secret": nil}))
	require.Len(t, Find([]any{"serve", "--password", "hunter2"}), 1)
	require.Equal(t, manifest.Path{2}, Find([]any{"serve", "--password", "hunter2"})[0].Path)
	require.Len(t, Find(map[string]any{"run": "mysql --password hunter2"}), 1)
	require.Len(t, Find(map[string]any{".dockerconfigjson": `{"auths":{"ghcr.io":{"auth": "` + encoded("ada:hunt"+"er2-long") + `"}}}`}), 1)
	require.Len(t, Find(map[string]any{".npmrc": "//registry.npmjs.org/:_authToken=abc123\n"}), 1)
	require.Len(t, Find(map[string]any{"jwk.json": `{"kty": "oct", "kid": "a", "k": "` + letters(43, alphanum) + `"}`}), 1)
	require.Len(t, Find(map[string]any{"jwk.json": `{"kty": "RSA", "n": "` + letters(342, alphanum) + `", "d": "` + letters(342, alphanum) + `"}`}), 1)
	require.Len(t, Find(map[string]any{"SENTRY_DSN": "https://" + letters(32, hexes) + ":hunter2@sentry.example.com/1"}), 2)
	require.Len(t, Find(map[string]any{"password.txt": "hunter2\n"}), 1)
	many := Find(map[string]any{"a": strings.Repeat("password=hunter2\n", 3) + "token=abcdef\npassword=other\n"})
	require.Len(t, many, 3, "each text once")
}

func TestOrder(t *testing.T) {
	tree := map[string]any{"env": []any{}}
	for i := range 12 {
		tree["env"] = append(tree["env"].([]any), map[string]any{"name": "TOKEN", "value": fmt.Sprintf("hunter-%d", i)})
	}
	tree["args"] = []any{"--token=abcdef"}
	for range 20 {
		found := Find(tree)
		require.Len(t, found, 13)
		require.Equal(t, manifest.Path{"args", 0}, found[0].Path)
		require.Equal(t, manifest.Path{"env", 2, "value"}, found[3].Path)
		require.Equal(t, manifest.Path{"env", 11, "value"}, found[12].Path)
	}
}

// Nothing stops it, and what it says never holds what it found.
func FuzzFind(f *testing.F) {
	for _, token := range tokens {
		f.Add("SETTING", token)
	}
	for name, value := range literals {
		f.Add(name, value)
	}
	for _, o := range ordinary {
		f.Add(o.name, o.value)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		for _, s := range Find(map[string]any{name: value}) {
			require.Equal(t, manifest.Path{name}, s.Path)
			require.NotEmpty(t, s.What)
			if len(value) > 40 {
				require.NotContains(t, s.What+s.Hash, value)
			}
		}
	})
}

// BenchmarkFind looks at what ordinary objects hold.
func BenchmarkFind(b *testing.B) {
	tree := map[string]any{}
	for i, o := range ordinary[len(ordinary)/2 : len(ordinary)-12] {
		tree[fmt.Sprint(i)] = map[string]any{"name": o.name, "value": o.value}
	}
	b.ReportAllocs()
	for b.Loop() {
		Find(tree)
	}
}

func TestRedact(t *testing.T) {
	require.Equal(t, `"ftp://ada:***@example.com" is no repository`, Redact(`"ftp://ada:hunt`+`er2@example.com" is no repository`))
	require.Equal(t, "key *** and ***", Redact("key "+tokens["aws"]+" and "+tokens["github"]))
	for _, o := range ordinary {
		require.Equal(t, o.value, Redact(o.value))
	}
}
