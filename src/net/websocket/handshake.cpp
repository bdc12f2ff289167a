#include "net/websocket/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/check.hpp"

namespace sotto::net {
namespace {

constexpr std::string_view fixed_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 1.3
constexpr std::string_view version = "13";

std::string to_base64(base::View bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_same_word(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

bool is_base64_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/// 16 bytes are 22 letters and two of padding.
bool is_handshake_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), is_base64_letter);
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// The value, if the header is there exactly once.
std::string_view only(const std::vector<Header>& headers, std::string_view name) {
  const auto count =
      std::ranges::count_if(headers, [name](const Header& header) { return is_same_word(header.name, name); });
  return count == 1 ? header(headers, name) : std::string_view();
}

bool is_there(const std::vector<Header>& headers, std::string_view name) {
  return std::ranges::any_of(headers, [name](const Header& header) { return is_same_word(header.name, name); });
}

}  // namespace

std::string fresh_handshake_key() {
  base::Bytes<16> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return to_base64(bytes);
}

std::string handshake_accept(const std::string& key) {
  const std::string text = key + std::string(fixed_guid);
  base::Bytes<SHA_DIGEST_LENGTH> hash{};
  SHA1(base::view(text).data(), text.size(), hash.data());
  return to_base64(hash);
}

Request handshake_request(Request head, const std::string& key) {
  head.method = "GET";
  head.headers.push_back({.name = "Upgrade", .value = "websocket"});
  head.headers.push_back({.name = "Connection", .value = "Upgrade"});
  head.headers.push_back({.name = "Sec-WebSocket-Key", .value = key});
  head.headers.push_back({.name = "Sec-WebSocket-Version", .value = std::string(version)});
  return head;
}

Response handshake_response(const Request& asked) {
  if (only(asked.headers, "Sec-WebSocket-Version") != version)
    return {.status = 426, .headers = {{.name = "Sec-WebSocket-Version", .value = std::string(version)}}};
  const std::string key(only(asked.headers, "Sec-WebSocket-Key"));
  if (asked.method != "GET" || !is_handshake_key(key)) return {.status = 400};
  return {.status = 101,
          .headers = {{.name = "Upgrade", .value = "websocket"},
                      {.name = "Connection", .value = "Upgrade"},
                      {.name = "Sec-WebSocket-Accept", .value = handshake_accept(key)}}};
}

bool is_granted(const Response& answer, const std::string& key) {
  return answer.status == 101 && is_same_word(only(answer.headers, "Upgrade"), "websocket") &&
         has_word(answer.headers, "Connection", "upgrade") &&
         only(answer.headers, "Sec-WebSocket-Accept") == handshake_accept(key) &&
         !is_there(answer.headers, "Sec-WebSocket-Extensions") && !is_there(answer.headers, "Sec-WebSocket-Protocol");
}

bool has_word(const std::vector<Header>& headers, std::string_view name, std::string_view word) {
  return std::ranges::any_of(headers, [&](const Header& header) {
    if (!is_same_word(header.name, name)) return false;
    std::string_view rest = header.value;
    for (;;) {
      const auto comma = rest.find(',');
      if (is_same_word(trimmed(rest.substr(0, comma)), word)) return true;
      if (comma == std::string_view::npos) return false;
      rest.remove_prefix(comma + 1);
    }
  });
}

}  // namespace sotto::net
