#pragma once
#include <string>

#include "net/http.hpp"

namespace sotto::net {

/// How a WebSocket is asked for and granted over HTTP (RFC 6455, section 4).

/// 16 fresh random bytes, as base64.
std::string fresh_handshake_key();
/// What a server answers to such a key. (SHA-1 proves nothing here: it shows that the key was read.)
std::string handshake_accept(const std::string& key);

/// `head` as a request to become a WebSocket, without its method line and host.
Request handshake_request(Request head, const std::string& key);
/// The server's answer: 101, or 400 or 426 to what RFC 6455 does not let pass.
Response handshake_response(const Request& asked);
/// Whether the answer grants what was asked with this key. No extension and no subprotocol was.
bool is_granted(const Response& answer, const std::string& key);

/// Whether one of the comma-separated words of these headers is this one, in any case of letters.
bool has_word(const std::vector<Header>& headers, std::string_view name, std::string_view word);

}  // namespace sotto::net
