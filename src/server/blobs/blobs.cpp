#include "server/blobs/blobs.hpp"

#include "base/log.hpp"
#include "server/accounts/statements.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/parameters.hpp"
#include "server/shown.hpp"

namespace sotto::server {
namespace {

net::Response no_such_grant() {
  return refuse(403, "no_such_grant", "there is no such grant, or it is used up or too old");
}
net::Response no_such_blob() { return refuse(404, "no_such_blob", "there is no such blob"); }
net::Response blob_too_large() { return refuse(413, "blob_too_large", "this is larger than was granted, or may be"); }
net::Response under_way() {
  return refuse_for_now(503, "under_way", "another piece of this blob is on its way to the disk");
}

net::Response not_stored(net::Response response) {
  response.headers.push_back({.name = "Cache-Control", .value = "no-store"});
  return response;
}

net::Response received(std::uint64_t bytes) {
  wire::frames::BlobUpload upload;
  upload.set_received(bytes);
  return not_stored(ok(upload));
}

net::Response offset_wrong(std::uint64_t bytes) {
  wire::frames::Error error;
  error.set_code("offset_wrong");
  error.set_message("the piece does not follow what is here");
  error.set_position(bytes);
  return refuse(409, error);
}

/// The first and the last byte that are asked for; nothing if the blob has none of them.
std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_range(std::string_view text, std::uint64_t size) {
  std::uint64_t first = 0, last = size - 1;
  constexpr std::string_view unit = "bytes=";
  if (text.starts_with(unit)) {
    text.remove_prefix(unit.size());
    const char* const end = text.data() + text.size();
    const auto [dash, bad_first] = std::from_chars(text.data(), end, first);
    if (bad_first != std::errc() || dash == end || *dash != '-') return std::nullopt;
    if (dash + 1 != end) {
      const auto [stop, bad_last] = std::from_chars(dash + 1, end, last);
      if (bad_last != std::errc() || stop != end) return std::nullopt;
    }
  } else if (!text.empty()) {
    return std::nullopt;
  }
  if (first >= size || last < first) return std::nullopt;
  last = std::min({last, size - 1, first + limits::blob_piece - 1});
  return std::pair(first, last);
}

std::optional<GrantFor> kind_of(wire::frames::BlobGrantRequest::Kind kind) {
  switch (kind) {
    case wire::frames::BlobGrantRequest::ATTACHMENT:
      return GrantFor::attachment;
    case wire::frames::BlobGrantRequest::BACKUP:
      return GrantFor::backup;
    case wire::frames::BlobGrantRequest::GROUP:
      return GrantFor::group;
    default:
      return std::nullopt;
  }
}

std::uint64_t most(GrantFor what) {
  switch (what) {
    case GrantFor::attachment:
      return limits::blob_size;
    case GrantFor::backup:
      return limits::backup_size;
    case GrantFor::group:
      return 0;
  }
  return 0;
}

StoredBlob whole_blob(const Grant& grant, const base::Bytes<32>& sha256, base::Day today) {
  const bool is_backup = grant.what == GrantFor::backup;
  const std::uint32_t days = is_backup ? limits::unclaimed_backup_days : limits::blob_days;
  return {.id = grant.id,
          .kind = is_backup ? BlobKind::backup : BlobKind::attachment,
          .size = grant.received,
          .sha256 = sha256,
          .last_day = {today.value + days}};
}

}  // namespace

base::Result<Grant, net::Response> grant_of(Context& context, const Call& call) {
  const auto id = id_in(call);
  const base::SecretBlob key = shown(call.request, grant_header);
  if (!id || key.size() != 16) return no_such_grant();
  const Grant* const grant = context.grants.find(*id, key.expose());
  if (!grant) return no_such_grant();
  return *grant;
}

asio::awaitable<net::Response> grant_blob(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::BlobGrantRequest>(call.request.body);
  if (!request) co_return malformed_body();
  const auto what = kind_of(request->kind());
  if (!what) co_return malformed_body();
  if (request->size() > most(*what)) co_return blob_too_large();
  const auto issued = context.grants.issue(call.device->account_row, *what, request->size(), context.today());
  if (!issued) co_return too_many(3600);
  wire::frames::BlobGrant answer;
  answer.set_id(base::text(issued->id));
  answer.set_key(base::text(issued->key));
  co_return ok(answer);
}

asio::awaitable<net::Response> put_blob(Context& context, Call call) {
  const auto key_hash = call.grant->key_hash;
  Grant* grant = context.grants.find(key_hash);
  if (!grant || grant->what == GrantFor::group) co_return no_such_grant();
  const auto offset = number_in(call, "offset");
  base::Blob piece = std::move(call.request.body);
  if (!offset || piece.empty()) co_return malformed_body();
  if (grant->finished) co_return refuse(409, "blob_finished", "this blob is whole");
  if (grant->is_busy) co_return under_way();
  if (*offset > grant->received) co_return offset_wrong(grant->received);
  const std::uint64_t known = grant->received - *offset;
  if (known >= piece.size()) co_return received(grant->received);
  piece.erase(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(known));
  const std::uint64_t size = piece.size();
  if (grant->received + size > grant->size) co_return blob_too_large();

  grant->is_busy = true;
  const auto written = co_await context.storage.blob_bytes().write(grant->id, grant->received, std::move(piece));
  grant = context.grants.find(key_hash);
  if (!grant) co_return no_such_grant();
  grant->is_busy = false;
  if (!written) co_return refuse(written.error());
  grant->received += size;
  co_return received(grant->received);
}

asio::awaitable<net::Response> upload_state(Context&, Call call) {
  if (call.grant->what == GrantFor::group) co_return no_such_grant();
  co_return received(call.grant->received);
}

asio::awaitable<net::Response> finish_blob(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::BlobFinish>(call.request.body);
  if (!request) co_return malformed_body();
  const auto sha256 = base::fixed<32>(base::view(request->sha256()));
  if (!sha256 || request->size() == 0) co_return malformed_body();
  const auto key_hash = call.grant->key_hash;
  Grant* grant = context.grants.find(key_hash);
  if (!grant || grant->what == GrantFor::group) co_return no_such_grant();
  if (grant->finished) {
    if (*grant->finished == *sha256 && grant->received == request->size()) co_return ok();
    co_return refuse(409, "blob_finished", "this blob is whole");
  }
  if (grant->is_busy) co_return under_way();
  if (grant->received != request->size()) co_return offset_wrong(grant->received);

  grant->is_busy = true;
  const StoredBlob blob = whole_blob(*grant, *sha256, context.today());
  const auto whole = co_await context.storage.blob_bytes().finish(blob.id, blob.size, blob.sha256);
  Stored<void> kept;
  if (whole && *whole) kept = co_await context.storage.blobs().add(blob);
  grant = context.grants.find(key_hash);
  if (grant) grant->is_busy = false;
  if (!whole) co_return refuse(whole.error());
  if (!*whole) {
    if (grant) grant->received = 0;
    co_return refuse(409, "blob_differs", "what was uploaded has another hash; begin again");
  }
  if (!kept) co_return refuse(kept.error());
  if (grant) grant->finished = *sha256;
  co_return ok();
}

asio::awaitable<net::Response> get_blob(Context& context, Call call) {
  const auto id = id_in(call);
  if (!id) co_return no_such_blob();
  const auto found = co_await context.storage.blobs().find(*id, context.today());
  if (!found) co_return refuse(found.error());
  if (!*found || (*found)->kind != BlobKind::attachment) co_return no_such_blob();
  std::string range(net::header(call.request.headers, "Range"));
  co_return co_await serve_blob(context, *id, (*found)->size, std::move(range));
}

asio::awaitable<net::Response> serve_blob(Context& context, BlobId id, std::uint64_t size, std::string range) {
  const auto asked = parse_range(range, size);
  if (!asked) co_return refuse(416, "no_such_range", "the blob has no such bytes");
  const auto [first, last] = *asked;
  auto bytes = co_await context.storage.blob_bytes().read(id, first, last - first + 1);
  if (!bytes) co_return refuse(bytes.error());
  if (bytes->size() != last - first + 1) co_return refuse(StorageProblem::failed);
  net::Response response{.status = 206,
                         .headers = {{.name = "Content-Type", .value = "application/octet-stream"},
                                     {.name = "Content-Range",
                                      .value = "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                                               std::to_string(size)}},
                         .body = *std::move(bytes)};
  co_return not_stored(std::move(response));
}

}  // namespace sotto::server
