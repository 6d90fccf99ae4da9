# tenantsmith in a container: one static file in an empty image, run by nobody. The same source gives the same bytes.
# As a KRM function run it without network: it asks nobody. Publishing asks the server of the GitOps repository, by the
# certificates beside it.
ARG GO_VERSION=1.26.8
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY generators generators
COPY internal internal
COPY policies policies
COPY schemas schemas
# Go builds for every platform on this one; without a release the binary calls itself devel.
ARG TARGETOS
ARG TARGETARCH
ARG RELEASE
RUN CGO_ENABLED=0 GOTOOLCHAIN=local GOOS=$TARGETOS GOARCH=$TARGETARCH go build -mod=readonly -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X main.release=$RELEASE" -o /tenantsmith ./cmd/tenantsmith

FROM scratch
LABEL org.opencontainers.image.source=https://github.com/tenantsmith/tenantsmith
LABEL org.opencontainers.image.licenses=Apache-2.0
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /tenantsmith /tenantsmith
USER 65534:65534
ENTRYPOINT ["/tenantsmith", "fn"]
