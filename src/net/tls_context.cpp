#include "net/tls_context.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "base/check.hpp"
#include "base/time.hpp"
#include "net/certificate.hpp"

namespace sotto::net {
namespace {

std::optional<base::Bytes<32>> spki_hash(X509* certificate) {
  unsigned char* spki = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
  if (size <= 0) return std::nullopt;
  base::Bytes<32> hash{};
  SHA256(spki, static_cast<std::size_t>(size), hash.data());
  OPENSSL_free(spki);
  return hash;
}

bool has_pinned_key(X509* certificate, const base::Bytes<32>& pin) { return spki_hash(certificate) == pin; }

bool has_pinned_key(const STACK_OF(X509) * chain, const base::Bytes<32>& pin) {
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (has_pinned_key(sk_X509_value(chain, i), pin)) return true;
  }
  return false;
}

int pin_failed(X509_STORE_CTX* check) {
  X509_STORE_CTX_set_error(check, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

/// Without a CA file the pinned certificate of the chain is the anchor; name, expiry and signatures up to it are still
/// checked.
int verify_against_pin(X509_STORE_CTX* check, const base::Bytes<32>& pin) {
  STACK_OF(X509)* anchors = sk_X509_new_null();
  STACK_OF(X509)* offered = X509_STORE_CTX_get0_untrusted(check);
  for (int i = 0; i < sk_X509_num(offered); ++i) {
    X509* certificate = sk_X509_value(offered, i);
    if (has_pinned_key(certificate, pin)) sk_X509_push(anchors, certificate);
  }
  int verdict = 0;
  if (sk_X509_num(anchors) == 0) {
    verdict = pin_failed(check);
  } else {
    X509_STORE_CTX_set0_trusted_stack(check, anchors);
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(check), X509_V_FLAG_PARTIAL_CHAIN);
    verdict = X509_verify_cert(check);
  }
  sk_X509_free(anchors);
  return verdict;
}

int verify(X509_STORE_CTX* check, void*) {
  const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* tls = static_cast<const ClientTls*>(SSL_get_app_data(ssl));
  if (tls->spki_pin && tls->ca_file.empty() && tls->ca_pem.empty()) return verify_against_pin(check, *tls->spki_pin);
  const int verdict = X509_verify_cert(check);
  if (verdict == 1 && tls->spki_pin && !has_pinned_key(X509_STORE_CTX_get0_chain(check), *tls->spki_pin))
    return pin_failed(check);
  return verdict;
}

ContextPtr context(const SSL_METHOD* method) {
  ContextPtr made(SSL_CTX_new(method));
  CHECK(made);
  SSL_CTX_set_min_proto_version(made.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(made.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(made.get(), 1);  // a record's header and body in one call
  SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(made.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(made.get(), 0);
  return made;
}

Error file_error(Problem problem, const std::string& file) {
  return {.problem = problem, .detail = file + ": " + last_tls_error()};
}

/// Every certificate of the text becomes an anchor; false if there is none.
bool trust_pem(SSL_CTX* context, const std::string& pem) {
  BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  int count = 0;
  while (X509* certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
    X509_free(certificate);
    ++count;
  }
  BIO_free(text);
  if (count > 0) ERR_clear_error();  // the end of the text is an error to PEM_read
  return count > 0;
}

/// By which time validity was judged: OpenSSL looks at the machine's.
std::string clock_words() {
  const base::Timestamp now{static_cast<std::int64_t>(std::time(nullptr)) * 1'000};
  return "the clock here says " + base::to_text(now) + " UTC";
}

bool is_address(const std::string& host) {
  base::Bytes<16> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace

std::string last_tls_error() {
  unsigned long code = 0, next = 0;
  while ((next = ERR_get_error()) != 0) {
    if (code == 0) code = next;
  }
  if (code == 0) return "no reason given";
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  return "unknown reason";
}

std::optional<base::Bytes<32>> pin_of(const std::string& pem) {
  BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  BIO_free(text);
  ERR_clear_error();
  if (certificate == nullptr) return std::nullopt;
  const auto pin = spki_hash(certificate);
  X509_free(certificate);
  return pin;
}

Result<ContextPtr> client_context(const ClientTls& tls) {
  ERR_clear_error();
  ContextPtr made = context(TLS_client_method());
  if (!tls.ca_file.empty()) {
    if (SSL_CTX_load_verify_file(made.get(), tls.ca_file.c_str()) != 1)
      return file_error(Problem::certificate_file, tls.ca_file);
  } else if (!tls.ca_pem.empty()) {
    if (!trust_pem(made.get(), tls.ca_pem)) return file_error(Problem::certificate_file, "the server's CA");
  } else if (!tls.spki_pin) {
    SSL_CTX_set_default_verify_paths(made.get());
  }
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(made.get(), verify, nullptr);
  return made;
}

Result<ContextPtr> server_context(const ServerTls& tls) {
  ERR_clear_error();
  ContextPtr made = context(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(made.get(), tls.certificate_file.c_str()) != 1)
    return file_error(Problem::certificate_file, tls.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(made.get(), tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool is_mismatch = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH ||
                             ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_TYPE_MISMATCH;
    return file_error(is_mismatch ? Problem::key_mismatch : Problem::key_file, tls.key_file);
  }
  if (SSL_CTX_check_private_key(made.get()) != 1) return file_error(Problem::key_mismatch, tls.key_file);
  return made;
}

SslPtr client_ssl(SSL_CTX* context, const std::string& host, const ClientTls& tls) {
  SslPtr ssl(SSL_new(context));
  CHECK(ssl);
  SSL_set_connect_state(ssl.get());
  SSL_set_app_data(ssl.get(), const_cast<ClientTls*>(&tls));  // read by verify() only
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl.get());
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
  } else {
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), 0);
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  }
  return ssl;
}

Error handshake_error(SSL* ssl) {
  const long verdict = SSL_get_verify_result(ssl);
  std::string reason = last_tls_error();
  switch (verdict) {
    case X509_V_OK:
      return {.problem = Problem::tls_failed, .detail = std::move(reason)};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {.problem = Problem::certificate_expired, .detail = clock_words()};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {.problem = Problem::certificate_not_yet_valid, .detail = clock_words()};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {.problem = Problem::wrong_host_name};
    case X509_V_ERR_APPLICATION_VERIFICATION:
      return {.problem = Problem::pin_mismatch};
    default:
      return {.problem = Problem::certificate_not_trusted, .detail = X509_verify_cert_error_string(verdict)};
  }
}

}  // namespace sotto::net
