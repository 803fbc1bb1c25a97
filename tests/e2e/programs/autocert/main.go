// autocert - a web server as Go programs have it (golang.org/x/crypto/acme/autocert): it obtains a certificate when it is first
// asked for one, by tls-alpn-01 or http-01, and serves HTTPS with it.
//
//	autocert DIRECTORY ROOT HTTP-ADDRESS HTTPS-ADDRESS NAME...
//
// An empty HTTP-ADDRESS leaves http-01 out. EAB_KID and EAB_KEY, if set, bind the account.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

func client(directory, root string) *acme.Client {
	pem, err := os.ReadFile(root)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	return &acme.Client{DirectoryURL: directory, HTTPClient: &http.Client{Transport: transport}}
}

func binding() *acme.ExternalAccountBinding {
	kid := os.Getenv("EAB_KID")
	if kid == "" {
		return nil
	}
	key, err := base64.RawURLEncoding.DecodeString(os.Getenv("EAB_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	return &acme.ExternalAccountBinding{KID: kid, Key: key}
}

// The tests' port is not 80, so it stands in the Host header, and the host policy would find no such name.
func withoutPort(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err == nil {
			r.Host = host
		}
		next.ServeHTTP(w, r)
	})
}

func main() {
	directory, root, plain, secure, names := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]
	manager := &autocert.Manager{
		Prompt:                 autocert.AcceptTOS,
		Cache:                  autocert.DirCache("autocert-cache"),
		HostPolicy:             autocert.HostWhitelist(names...),
		Client:                 client(directory, root),
		Email:                  "admin@lab.example",
		ExternalAccountBinding: binding(),
	}
	if plain != "" {
		go func() { log.Fatal(http.ListenAndServe(plain, withoutPort(manager.HTTPHandler(nil)))) }()
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "Hello from us") })
	server := &http.Server{Addr: secure, TLSConfig: manager.TLSConfig(), Handler: page}
	log.Fatal(server.ListenAndServeTLS("", ""))
}
