#include "net/own_ca.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/check.hpp"
#include "net/tls_context.hpp"

namespace sotto::net {
namespace {

namespace fs = std::filesystem;

template <auto release>
struct Free {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free>>;

constexpr std::int64_t valid_days = 3650, renew_days = 30;
constexpr mode_t secret_mode = 0600, public_mode = 0644;

struct Issued {
  Certificate certificate;
  Key key;
};

Error failed(Problem problem, const fs::path& file, int code) {
  return {.problem = problem, .detail = file.string() + ": " + std::generic_category().message(code)};
}

/// Written beside it, fsync'd and renamed, so that a crash leaves the old file or the new one.
Result<void> write_file(const fs::path& file, const std::string& content, mode_t mode, Problem problem) {
  const fs::path draft = file.string() + ".new";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return failed(problem, draft, errno);
  const bool is_written = ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
                          ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
  const int code = errno;
  ::close(fd);
  if (!is_written) return failed(problem, draft, code);
  if (::rename(draft.c_str(), file.c_str()) != 0) return failed(problem, file, errno);
  return {};
}

std::string pem(X509* certificate) {
  const Memory out(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_X509(out.get(), certificate) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string pem(EVP_PKEY* key) {
  const Memory out(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

void extend(X509* certificate, X509* issuer, int extension, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
  CHECK(made);
  CHECK(X509_add_ext(certificate, made, -1) == 1);
  X509_EXTENSION_free(made);
}

void set_validity(X509* certificate, base::Timestamp now) {
  const auto start = static_cast<time_t>(now.ms / 1000 - 86'400);  // a day back, for clients whose clock is behind
  const auto end = static_cast<time_t>(now.ms / 1000 + valid_days * 86'400);
  CHECK(ASN1_TIME_set(X509_getm_notBefore(certificate), start) && ASN1_TIME_set(X509_getm_notAfter(certificate), end));
}

/// A certificate without extensions, ready to be signed.
Issued draft(const std::string& name, base::Timestamp now) {
  Issued made{.certificate = Certificate(X509_new()), .key = Key(EVP_EC_gen("P-256"))};
  CHECK(made.certificate && made.key);
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  base::Bytes<16> serial{};
  CHECK(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1);
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  set_validity(certificate, now);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  CHECK(X509_set_pubkey(certificate, made.key.get()) == 1);
  return made;
}

Issued make_ca(base::Timestamp now) {
  Issued made = draft("Sotto server's own CA", now);
  X509* certificate = made.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate, certificate, NID_subject_key_identifier, "hash");
  CHECK(X509_sign(certificate, made.key.get(), EVP_sha256()) > 0);
  return made;
}

bool is_address(const std::string& host) {
  base::Bytes<16> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

Issued make_server(const Issued& ca, const std::vector<std::string>& hosts, base::Timestamp now) {
  Issued made = draft("Sotto server", now);
  X509* certificate = made.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(ca.certificate.get()));
  std::string names;
  for (const std::string& host : hosts)
    names += (names.empty() ? "" : ",") + std::string(is_address(host) ? "IP:" : "DNS:") + host;
  extend(certificate, ca.certificate.get(), NID_subject_alt_name, names);
  extend(certificate, ca.certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate, ca.certificate.get(), NID_key_usage, "critical,digitalSignature");
  extend(certificate, ca.certificate.get(), NID_ext_key_usage, "serverAuth");
  extend(certificate, ca.certificate.get(), NID_authority_key_identifier, "keyid");
  CHECK(X509_sign(certificate, ca.key.get(), EVP_sha256()) > 0);
  return made;
}

std::optional<Issued> load(const fs::path& certificate_file, const fs::path& key_file) {
  ERR_clear_error();
  const Memory certificate(BIO_new_file(certificate_file.c_str(), "r")), key(BIO_new_file(key_file.c_str(), "r"));
  Issued loaded;
  if (certificate) loaded.certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
  if (key) loaded.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!loaded.certificate || !loaded.key) return std::nullopt;
  if (X509_check_private_key(loaded.certificate.get(), loaded.key.get()) != 1) return std::nullopt;
  return loaded;
}

bool is_good_for(X509* certificate, base::Timestamp now, std::int64_t days) {
  auto then = static_cast<time_t>(now.ms / 1000 + days * 86'400);
  return X509_cmp_time(X509_get0_notAfter(certificate), &then) > 0;
}

bool is_for(X509* certificate, const std::vector<std::string>& hosts) {
  return std::ranges::all_of(hosts, [certificate](const std::string& host) {
    return is_address(host)
               ? X509_check_ip_asc(certificate, host.c_str(), 0) == 1
               : X509_check_host(certificate, host.c_str(), 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
  });
}

Result<Issued> load_or_make_ca(const fs::path& certificate_file, const fs::path& key_file, base::Timestamp now) {
  auto held = load(certificate_file, key_file);
  if (held && is_good_for(held->certificate.get(), now, 0)) return std::move(*held);
  if (!held && fs::exists(certificate_file) && fs::exists(key_file))
    return Error{.problem = Problem::certificate_file,
                 .detail = certificate_file.string() +
                           ": not a certificate with its key; clients trust it, so it is not replaced"};
  Issued made = make_ca(now);
  TRY_VOID(write_file(key_file, pem(made.key.get()), secret_mode, Problem::key_file));
  TRY_VOID(write_file(certificate_file, pem(made.certificate.get()), public_mode, Problem::certificate_file));
  return made;
}

}  // namespace

Result<OwnCa> own_ca(const fs::path& folder, const std::vector<std::string>& hosts, base::Timestamp now) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) return Error{.problem = Problem::certificate_file, .detail = folder.string() + ": " + failure.message()};
  const fs::path ca_file = folder / "ca.pem", server_file = folder / "server.pem",
                 server_key = folder / "server-key.pem";
  TRY(const Issued ca, load_or_make_ca(ca_file, folder / "ca-key.pem", now));

  const auto held = load(server_file, server_key);
  const bool is_usable = held && is_for(held->certificate.get(), hosts) &&
                         is_good_for(held->certificate.get(), now, renew_days) &&
                         X509_verify(held->certificate.get(), ca.key.get()) == 1;
  ERR_clear_error();
  if (!is_usable) {
    const Issued made = make_server(ca, hosts, now);
    TRY_VOID(write_file(server_key, pem(made.key.get()), secret_mode, Problem::key_file));
    const std::string chain = pem(made.certificate.get()) + pem(ca.certificate.get());
    TRY_VOID(write_file(server_file, chain, public_mode, Problem::certificate_file));
  }
  return OwnCa{.ca_file = ca_file,
               .server = {.certificate_file = server_file.string(), .key_file = server_key.string()}};
}

}  // namespace sotto::net
