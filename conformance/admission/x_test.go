package admission
import (
 "testing"
 _ "k8s.io/apiserver/pkg/admission/plugin/policy/validating"
 _ "github.com/tenantsmith/tenantsmith/generators"
 _ "github.com/tenantsmith/tenantsmith/policies"
 _ "github.com/stretchr/testify/require"
 _ "sigs.k8s.io/yaml"
)
func TestX(t *testing.T){}
