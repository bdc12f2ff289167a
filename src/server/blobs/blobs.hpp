#pragma once
#include "server/route.hpp"

/// Encrypted blobs: written under a grant, by nobody; read by whoever knows the id.
namespace sotto::server {

constexpr std::string_view grant_header = "Sotto-Grant";

/// POST /v1/blobs/grants, by a device. errors   400 malformed_body; 413 blob_too_large; 429 too_many
asio::awaitable<net::Response> grant_blob(Context& context, Call call);
/// PUT /v1/blobs/{id}?offset=N, by a grant. What is here already is passed over.
/// errors   400 malformed_body; 409 offset_wrong (with what is here), blob_finished; 413 blob_too_large; 503 under_way
asio::awaitable<net::Response> put_blob(Context& context, Call call);
/// GET /v1/blobs/{id}/upload, by a grant
asio::awaitable<net::Response> upload_state(Context& context, Call call);
/// POST /v1/blobs/{id}/finish, by a grant. errors   400 malformed_body; 409 blob_differs, blob_finished; 503 under_way
asio::awaitable<net::Response> finish_blob(Context& context, Call call);
/// GET /v1/blobs/{id}, by nobody. 206 with the range that was asked for, at most limits::blob_piece of it.
/// errors   404 no_such_blob; 416 no_such_range
asio::awaitable<net::Response> get_blob(Context& context, Call call);

/// Part of a blob whose id is known to be the asker's to read.
asio::awaitable<net::Response> serve_blob(Context& context, BlobId id, std::uint64_t size, std::string range);
/// By the head: 403 no_such_grant.
base::Result<Grant, net::Response> grant_of(Context& context, const Call& call);

}  // namespace sotto::server
