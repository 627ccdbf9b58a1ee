# The same static binary as everywhere, in an image with nothing else.
#
#   docker build --build-arg VERSION=0.1.0 -t langnghe:0.1.0 .
#   docker run --rm langnghe:0.1.0 version

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/langnghe ./cmd/langnghe \
 && mkdir /out/data /out/backup /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/langnghe /langnghe
# A new named volume takes its owner from here.
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/backup /backup
COPY --from=build --chown=65532:65532 /out/tmp /tmp
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/langnghe"]
CMD ["serve", "-data", "/data"]
