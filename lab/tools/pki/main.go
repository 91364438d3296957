// Command pki writes the certificate authorities, certificates and key pairs that a
// JSON specification on standard input asks for, into the directory given:
//
//	pki <directory> < specification.json
//
// A certificate NAME becomes NAME.crt and NAME.key, a key pair NAME.key and NAME.pub,
// all PEM and readable by the owner only.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

type specification struct {
	Authorities  []certificate `json:"authorities"`
	Certificates []certificate `json:"certificates"`
	KeyPairs     []string      `json:"keyPairs"`
}

type certificate struct {
	Name          string   `json:"name"`
	Authority     string   `json:"authority"` // its issuer; an authority signs itself
	CommonName    string   `json:"commonName"`
	Organizations []string `json:"organizations"`
	DNSNames      []string `json:"dnsNames"`
	Addresses     []string `json:"addresses"`
	Server        bool     `json:"server"`
	Client        bool     `json:"client"`
}

type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Long enough for a lab that somebody forgot, short enough not to matter.
const lifetime = 365 * 24 * time.Hour

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pki <directory> < specification.json")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "pki:", err)
		os.Exit(1)
	}
}

func run(directory string, input io.Reader) error {
	decoder := json.NewDecoder(input)
	decoder.DisallowUnknownFields()
	var spec specification
	if err := decoder.Decode(&spec); err != nil {
		return fmt.Errorf("specification: %w", err)
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	issuers := map[string]*issuer{}
	for _, authority := range spec.Authorities {
		made, err := issue(directory, authority, nil)
		if err != nil {
			return fmt.Errorf("authority %s: %w", authority.Name, err)
		}
		issuers[authority.Name] = made
	}
	for _, leaf := range spec.Certificates {
		by := issuers[leaf.Authority]
		if by == nil {
			return fmt.Errorf("certificate %s: no authority named %q", leaf.Name, leaf.Authority)
		}
		if _, err := issue(directory, leaf, by); err != nil {
			return fmt.Errorf("certificate %s: %w", leaf.Name, err)
		}
	}
	for _, name := range spec.KeyPairs {
		if err := keyPair(directory, name); err != nil {
			return fmt.Errorf("key pair %s: %w", name, err)
		}
	}
	return nil
}

// issue writes a certificate and its key; without an issuer it is an authority.
func issue(directory string, wanted certificate, by *issuer) (*issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := wanted.template(by == nil)
	if err != nil {
		return nil, err
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(directory, wanted.Name)
	if err := writePEM(path+".crt", "CERTIFICATE", der); err != nil {
		return nil, err
	}
	return &issuer{signed, key}, writeKey(path+".key", key)
}

func (c certificate) template(authority bool) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: c.CommonName, Organization: c.Organizations},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(lifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		DNSNames:              c.DNSNames,
		IsCA:                  authority,
		BasicConstraintsValid: authority,
	}
	if authority {
		template.KeyUsage |= x509.KeyUsageCertSign
	}
	if c.Server {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if c.Client {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	for _, address := range c.Addresses {
		ip := net.ParseIP(address)
		if ip == nil {
			return nil, fmt.Errorf("%q is no IP address", address)
		}
		template.IPAddresses = append(template.IPAddresses, ip)
	}
	return template, nil
}

func keyPair(directory, name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	path := filepath.Join(directory, name)
	if err := writePEM(path+".pub", "PUBLIC KEY", public); err != nil {
		return err
	}
	return writeKey(path+".key", key)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
