#include "server/storage/blob_stores/s3_signature.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/hmac.hpp"

namespace sotto::server {
namespace {

using Mac = base::Bytes<32>;

/// 20261124T095107Z
std::string basic_time(base::Timestamp now) {
  std::string text = base::to_text(now);  // 2026-11-24 09:51:07
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  text[8] = 'T';
  return text + 'Z';
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// `b&a=1` as `a=1&b=`. Our own queries need no escapes.
std::string canonical_query(std::string_view query) {
  std::map<std::string, std::string> parts;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    const std::size_t equals = std::min(part.find('='), part.size());
    parts.emplace(part.substr(0, equals), equals == part.size() ? "" : part.substr(equals + 1));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::string text;
  for (const auto& [name, value] : parts) {
    if (!text.empty()) text += '&';
    text += name;
    text += '=';
    text += value;
  }
  return text;
}

struct Headers {
  std::string names;  // a;b
  std::string lines;  // a:1\nb:2\n
};

Headers canonical_headers(const net::Request& request, const std::string& host) {
  std::map<std::string, std::string> covered{{"host", host}};
  for (const net::Header& header : request.headers) {
    const std::string name = lower(header.name);
    if (name == "range" || name.starts_with("x-amz-")) covered.emplace(name, header.value);
  }
  Headers made;
  for (const auto& [name, value] : covered) {
    made.names += (made.names.empty() ? "" : ";") + name;
    made.lines += name + ":" + value + "\n";
  }
  return made;
}

Mac hmac(base::View key, std::string_view text) { return crypto::hmac_sha256<Mac>(key, base::view(text)); }

}  // namespace

void sign_s3(net::Request& request, const std::string& host, const std::string& region, const S3Keys& keys,
             base::Timestamp now) {
  const std::string time = basic_time(now), day = time.substr(0, 8);
  const std::string body_hash = base::to_hex(crypto::sha256({request.body}));
  request.headers.push_back({.name = "x-amz-content-sha256", .value = body_hash});
  request.headers.push_back({.name = "x-amz-date", .value = time});

  const std::size_t question = std::min(request.target.find('?'), request.target.size());
  const std::string query = question == request.target.size() ? "" : request.target.substr(question + 1);
  const Headers headers = canonical_headers(request, host);
  const std::string canonical = request.method + "\n" + request.target.substr(0, question) + "\n" +
                                canonical_query(query) + "\n" + headers.lines + "\n" + headers.names + "\n" + body_hash;
  const std::string scope = day + "/" + region + "/s3/aws4_request";
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + base::to_hex(crypto::sha256({base::view(canonical)}));

  const std::string seed = "AWS4" + keys.secret_key;
  const Mac key = hmac(hmac(hmac(hmac(base::view(seed), day), region), "s3"), "aws4_request");
  request.headers.push_back({.name = "Authorization",
                             .value = "AWS4-HMAC-SHA256 Credential=" + keys.access_key + "/" + scope +
                                      ", SignedHeaders=" + headers.names +
                                      ", Signature=" + base::to_hex(hmac(key, to_sign))});
}

}  // namespace sotto::server
