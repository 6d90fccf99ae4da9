// Package network compares what our proof of isolation says about the network with two judges that others wrote: np-guard's
// analyzer of NetworkPolicies, and the simulator of cyclonus, whose cases are tests of CNIs. It asks all of them about what
// we render, about random policies, and about those cases, one pair of tenants after the other.
//
// Ours asks whether some pods with some labels get through; theirs are asked about pods that exist. So each comparison goes
// both ways. Where ours finds a way, it names labels and a port, and the other judge has to let that connection through.
// Where ours finds none, the other must not let any pod through, of as many as the words of the policies tell apart.
//
// What they cannot say is put in words that they can. To np-guard no address block holds a pod, to us any may: it is given
// policies whose address blocks are all pods, and cyclonus, which looks at addresses, judges the blocks as they are. To
// cyclonus NotIn needs the label to be there, to the API server it does not: its random policies are without NotIn. What
// was compared is counted and printed, and a test that compared too little fails.
//
// It is a module of its own: cyclonus needs Kubernetes modules that are older than ours. The checksum of
// np-guard/models is the one that np-guard's own go.sum has.
package network
