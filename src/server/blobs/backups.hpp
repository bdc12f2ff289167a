#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// GET /v1/own/backup, by a device: which archives there are.
asio::awaitable<net::Response> own_backups(Context& context, Call call);
/// POST /v1/backups/read, by nobody: certificates, and a key for each archive, for who holds the backup access key.
/// errors   400 malformed_body, bad_host; 403 no_such_backup (also: no such account, another key); 410
/// challenge_expired;
///          429 too_many
asio::awaitable<net::Response> find_backups(Context& context, Call call);
/// GET /v1/backups/{key}, by nobody; like GET /v1/blobs/{id}. errors   404 no_such_backup; 416 no_such_range
asio::awaitable<net::Response> read_backup(Context& context, Call call);

}  // namespace sotto::server
