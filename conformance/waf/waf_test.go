package waf

import (
	"strings"
	"testing"

	"github.com/corazawaf/coraza-proxy-wasm/wasmplugin"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/tetratelabs/proxy-wasm-go-sdk/proxywasm/types"
)

// request is what a client asks of a host, and what comes of it: the status that the firewall answers with, 0 where it
// lets the request pass, and the rules that its log names.
type request struct {
	host, method, path, body string
	status                   uint32
	logged                   string
}

const injection = "?id=1%27%20OR%20%271%27=%271%27%20UNION%20SELECT%20password%20FROM%20users--"

var requests = map[string]request{
	"harmless":                            {host: "block.example.com", path: "/?id=1"},
	"an injection is refused":             {host: "block.example.com", path: "/" + injection, status: 403, logged: "942100"},
	"one in a body is":                    {host: "block.example.com", method: "POST", path: "/", body: "id=" + injection[4:], status: 403, logged: "942100"},
	"it is only logged":                   {host: "detect.example.com", path: "/" + injection, logged: "942100"},
	"it is not looked at":                 {host: "off.example.com", path: "/" + injection},
	"a method that the rules do not know": {host: "block.example.com", method: "PUT", path: "/", status: 403, logged: "911100"},
	"a rule that is left out":             {host: "exclude.example.com", method: "PUT", path: "/", body: "a=b"},
	"the other rules hold":                {host: "exclude.example.com", method: "PUT", path: "/" + injection, status: 403, logged: "942100"},
	"as large as may be":                  {host: "small.example.com", method: "POST", path: "/", body: "a=" + strings.Repeat("b", 998)},
	"too large":                           {host: "small.example.com", method: "POST", path: "/", body: "a=" + strings.Repeat("b", 999), status: 413, logged: "90000"},
	"too large and only logged":           {host: "small-detect.example.com", method: "POST", path: "/", body: "a=" + strings.Repeat("b", 2000), logged: "90000"},
	"as large as may be by default":       {host: "block.example.com", method: "POST", path: "/", body: "a=" + strings.Repeat("b", 128<<10-2)},
	"too large by default":                {host: "block.example.com", method: "POST", path: "/", body: "a=" + strings.Repeat("b", 128<<10-1), status: 413, logged: "90000"},
	"the path above":                      {host: "paths.example.com", path: "/" + injection, status: 403, logged: "942100"},
	"a path that is looked at":            {host: "paths.example.com", path: "/search" + injection, logged: "942100"},
	"below it":                            {host: "paths.example.com", path: "/search/x" + injection, logged: "942100"},
	"beside it":                           {host: "paths.example.com", path: "/searching" + injection, status: 403, logged: "942100"},
	"a stricter path below it":            {host: "paths.example.com", path: "/search/v1.0" + injection, status: 403, logged: "942100"},
	"a dot is a dot":                      {host: "paths.example.com", path: "/search/v1x0" + injection, logged: "942100"},
	"a path that is not looked at":        {host: "paths.example.com", path: "/raw~(a)$b/" + injection},
	"encoded it is another":               {host: "paths.example.com", path: "/%73earch" + injection, status: 403, logged: "942100"},
	"in a query it is none":               {host: "paths.example.com", path: "/x" + injection + "&a=/search", status: 403, logged: "942100"},
}

// strangers are requests for hosts that no tenant has, or not in these words: all rules hold for them.
var strangers = map[string]request{
	"a host of nobody":            {host: "other.example.com", path: "/" + injection, status: 403, logged: "942100"},
	"a host in capitals":          {host: "OFF.example.com", path: "/" + injection, status: 403, logged: "942100"},
	"a host with a port":          {host: "detect.example.com:8443", path: "/" + injection, status: 403, logged: "942100"},
	"a harmless one for nobody's": {host: "other.example.com", path: "/"},
}

// TestGateway: what each host of the tenant gets from Envoy Gateway does to requests what the tenant's file says.
func TestGateway(t *testing.T) {
	byConfig := map[string]map[string]request{}
	configs := configurations(t)
	for name, r := range requests {
		config, known := configs[r.host]
		require.True(t, known, "no such host")
		if config == "" {
			require.Zero(t, r.status, name)
			continue
		}
		if byConfig[config] == nil {
			byConfig[config] = map[string]request{}
		}
		byConfig[config][name] = r
	}
	require.Len(t, byConfig, 6)
	for config, some := range byConfig {
		ask(t, config, some)
	}
}

// TestIstio: the one firewall of a gateway does the same for each host, and guards those that it does not know.
func TestIstio(t *testing.T) {
	config := gatewayConfiguration(t)
	ask(t, config, requests)
	ask(t, config, strangers)
}

// ask has the firewall judge requests.
func ask(t *testing.T, config string, some map[string]request) {
	host, reset := proxytest.NewHostEmulator(proxytest.NewEmulatorOption().WithVMContext(wasmplugin.NewVMContext()).WithPluginConfiguration([]byte(config)))
	defer reset()
	require.Equal(t, types.OnPluginStartStatusOK, host.StartPlugin(), "%s", host.GetCriticalLogs())
	for name, r := range some {
		t.Run(name, func(t *testing.T) { r.judged(t, host) })
	}
}

func (r request) judged(t *testing.T, host proxytest.HostEmulator) {
	before := len(logs(host))
	id := host.InitializeHttpContext()
	action := host.CallOnRequestHeaders(id, r.headers(), r.body == "")
	if r.body != "" && action == types.ActionContinue {
		action = host.CallOnRequestBody(id, []byte(r.body), true)
	}
	if action == types.ActionContinue {
		action = host.CallOnResponseHeaders(id, [][2]string{{":status", "200"}, {"content-type", "text/plain"}}, true)
	}
	answer := host.GetSentLocalResponse(id)
	if host.CompleteHttpContext(id); r.status == 0 {
		require.Equal(t, types.ActionContinue, action)
		require.Nil(t, answer)
	} else {
		require.Equal(t, types.ActionPause, action)
		require.NotNil(t, answer)
		require.Equal(t, r.status, answer.StatusCode)
	}
	said := strings.Join(logs(host)[before:], "\n")
	if r.logged == "" {
		require.NotContains(t, said, "[id ", "a rule objected")
		return
	}
	require.Contains(t, said, `[id "`+r.logged+`"]`)
}

// logs are what rules said, all of them critical.
func logs(host proxytest.HostEmulator) []string { return host.GetCriticalLogs() }

func (r request) headers() [][2]string {
	method := r.method
	if method == "" {
		method = "GET"
	}
	out := [][2]string{
		{":method", method}, {":path", r.path}, {":authority", r.host}, {"user-agent", "Mozilla/5.0 (X11; Linux x86_64)"}, {"accept", "*/*"},
	}
	if r.body != "" {
		out = append(out, [2]string{"content-type", "application/x-www-form-urlencoded"})
	}
	return out
}
