// acmez - acmez (Caddy's library, github.com/mholt/acmez) through a whole order; README says how programs are called. Beyond that,
// CHALLENGE may be dns-account-01 or dns-persist-01, and STEPS has another word: `renew` asks when to renew and then orders again,
// naming what is replaced. PROFILE is the order's profile. (Its newAuthz sends the identifier bare, which is not RFC 8555.)
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/mholt/acmez/v3"
	"github.com/mholt/acmez/v3/acme"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func write(file, kind string, der []byte) {
	check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func writeKey(file string, key crypto.PrivateKey) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	write(file, "PRIVATE KEY", der)
}

// solver lays down the answer of one type of challenge.
type solver struct {
	kind, place string
	account     *acme.Account
}

func (s solver) Present(_ context.Context, c acme.Challenge) error {
	switch s.kind {
	case acme.ChallengeTypeHTTP01:
		return os.WriteFile(filepath.Join(s.place, c.Token), []byte(c.KeyAuthorization), 0o644)
	case acme.ChallengeTypeDNS01:
		return s.add(c.DNS01TXTRecordName(), c.DNS01KeyAuthorization())
	case acme.ChallengeTypeDNSAccount01:
		return s.add(c.DNSAccount01TXTRecordName(*s.account), c.DNS01KeyAuthorization())
	case acme.ChallengeTypeDNSPersist01:
		return s.add(c.DNSPersist01TXTRecordName(), c.DNSPersist01TXTRecordValue(*s.account, c.IssuerDomainNames[0], true))
	}
	certificate, err := acmez.TLSALPN01ChallengeCert(c)
	if err != nil {
		return err
	}
	write(filepath.Join(s.place, c.Identifier.Value+".crt.pem"), "CERTIFICATE", certificate.Certificate[0])
	writeKey(filepath.Join(s.place, c.Identifier.Value+".key.pem"), certificate.PrivateKey)
	return nil
}

func (s solver) add(record, value string) error {
	return exec.Command(s.place, "add", record, value).Run()
}

func (solver) CleanUp(context.Context, acme.Challenge) error { return nil }

func newClient(directory string, account *acme.Account, kind, place string) *acmez.Client {
	text, err := os.ReadFile(os.Getenv("ROOT"))
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	return &acmez.Client{
		Client:           &acme.Client{Directory: directory, HTTPClient: &http.Client{Transport: transport}},
		ChallengeSolvers: map[string]acmez.Solver{kind: solver{kind, place, account}},
	}
}

// obtain writes chain.pem and key.pem and returns the leaf.
func obtain(ctx context.Context, client *acmez.Client, account acme.Account, names []string, replaces *x509.Certificate) *x509.Certificate {
	key := newKey()
	csr, err := acmez.NewCSR(key, names)
	check(err)
	parameters, err := acmez.OrderParametersFromCSR(account, csr)
	check(err)
	parameters.Profile, parameters.Replaces = os.Getenv("PROFILE"), replaces
	chains, err := client.ObtainCertificate(ctx, parameters)
	check(err)
	check(os.WriteFile("chain.pem", chains[0].ChainPEM, 0o644))
	writeKey("key.pem", key)
	block, _ := pem.Decode(chains[0].ChainPEM)
	leaf, err := x509.ParseCertificate(block.Bytes)
	check(err)
	return leaf
}

func main() {
	directory, kind, place, names := os.Args[1], os.Args[2], os.Args[3], os.Args[4:]
	wants := func(step string) bool { return strings.Contains(os.Getenv("STEPS"), step) }
	ctx := context.Background()

	account := acme.Account{Contact: []string{"mailto:admin@lab.example"}, TermsOfServiceAgreed: true, PrivateKey: newKey()}
	client := newClient(directory, &account, kind, place)
	if kid := os.Getenv("EAB_KID"); kid != "" {
		check(account.SetExternalAccountBinding(ctx, client.Client, acme.EAB{KeyID: kid, MACKey: os.Getenv("EAB_KEY")}))
	}
	var err error
	account, err = client.NewAccount(ctx, account)
	check(err)
	if wants("rollover") {
		account, err = client.AccountKeyRollover(ctx, account, newKey())
		check(err)
	}
	leaf := obtain(ctx, client, account, names, nil)
	if wants("renew") {
		info, err := client.GetRenewalInfo(ctx, leaf)
		check(err)
		fmt.Println("renew between", info.SuggestedWindow.Start, "and", info.SuggestedWindow.End)
		leaf = obtain(ctx, client, account, names, leaf)
	}
	if wants("revoke") {
		check(client.RevokeCertificate(ctx, account, leaf, nil, acme.ReasonSuperseded))
	}
}
