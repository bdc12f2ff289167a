#include "server/storage/blob_stores/s3_blobs.hpp"

#include "base/encoding.hpp"
#include "base/log.hpp"

namespace sotto::server {
namespace {

constexpr net::Duration answered_within = std::chrono::minutes(2);

StorageProblem refused(unsigned status) {
  base::log::warning("the S3 storage refused", base::Count{status});
  return StorageProblem::failed;
}

/// What stands between <name> and </name>; empty if nothing does.
std::string element(const base::Blob& xml, const std::string& name) {
  const std::string text = base::text(xml);
  const std::size_t begin = text.find("<" + name + ">");
  const std::size_t end = text.find("</" + name + ">");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  const std::size_t from = begin + name.size() + 2;
  return text.substr(from, end - from);
}

bool is_plain(const std::string& text) {
  return !text.empty() && text.find_first_of(" &=?#%/\r\n<>\"") == std::string::npos;
}

}  // namespace

S3Blobs::S3Blobs(net::Transport& transport, net::Timer& timer, net::Clock& clock, std::filesystem::path spool,
                 S3Options options)
    : clock_(clock), options_(std::move(options)), spool_(timer.executor(), std::move(spool)) {
  for (auto& client : clients_)
    client = std::make_unique<net::HttpClient>(transport, timer, options_.server, options_.tls);
}
S3Blobs::~S3Blobs() = default;

std::string S3Blobs::target(const BlobId& id) const {
  return "/" + options_.bucket + "/" + options_.prefix + base::to_hex(id);
}

asio::awaitable<Stored<net::Response>> S3Blobs::ask(net::Request request) {
  sign_s3(request, net::to_text(options_.server), options_.region, options_.keys, clock_.now());
  net::HttpClient& client = *clients_.at(next_client_++ % clients_.size());
  auto response = co_await client.send(std::move(request), answered_within);
  if (!response) {
    base::log::warning("the S3 storage did not answer");
    co_return StorageProblem::failed;
  }
  co_return std::move(*response);
}

asio::awaitable<Stored<void>> S3Blobs::try_out() {
  net::Request request{.method = "PUT",
                       .target = "/" + options_.bucket + "/" + options_.prefix + "tried",
                       .headers = {},
                       .body = base::blob(base::view(std::string_view("sotto")))};
  const auto response = co_await ask(std::move(request));
  if (!response) co_return response.error();
  if (response->status != 200) co_return refused(response->status);
  co_return Stored<void>();
}

asio::awaitable<Stored<bool>> S3Blobs::finish(BlobId id, std::uint64_t size, base::Bytes<32> sha256) {
  const auto whole = co_await spool_.finish(id, size, sha256);
  if (!whole || !*whole) co_return whole;
  const auto uploaded = co_await upload(id, size);
  if (!uploaded) co_return uploaded.error();
  const auto forgotten = co_await spool_.remove(id);
  if (!forgotten) base::log::warning("an uploaded blob is left over in the folder until the next start");
  co_return true;
}

asio::awaitable<Stored<void>> S3Blobs::upload(BlobId id, std::uint64_t size) {
  if (size <= options_.part_size) return upload_at_once(id, size);
  return upload_in_parts(id, size);
}

asio::awaitable<Stored<void>> S3Blobs::upload_at_once(BlobId id, std::uint64_t size) {
  auto bytes = co_await spool_.read(id, 0, size);
  if (!bytes) co_return bytes.error();
  net::Request request{.method = "PUT", .target = target(id), .headers = {}, .body = std::move(*bytes)};
  const auto response = co_await ask(std::move(request));
  if (!response) co_return response.error();
  if (response->status != 200) co_return refused(response->status);
  co_return Stored<void>();
}

asio::awaitable<Stored<void>> S3Blobs::upload_in_parts(BlobId id, std::uint64_t size) {
  net::Request begin{.method = "POST", .target = target(id) + "?uploads", .headers = {}, .body = {}};
  const auto begun = co_await ask(std::move(begin));
  if (!begun) co_return begun.error();
  const std::string upload_id = element(begun->body, "UploadId");
  if (begun->status != 200 || !is_plain(upload_id)) co_return refused(begun->status);

  const auto parts = co_await upload_parts(id, size, upload_id);
  if (parts) {
    net::Request end{.method = "POST",
                     .target = target(id) + "?uploadId=" + upload_id,
                     .headers = {},
                     .body = base::blob(base::view(*parts))};
    const auto ended = co_await ask(std::move(end));
    // An error may come after a 200 that was sent too early.
    if (ended && ended->status == 200 && !element(ended->body, "ETag").empty()) co_return Stored<void>();
  }
  net::Request abort{.method = "DELETE", .target = target(id) + "?uploadId=" + upload_id, .headers = {}, .body = {}};
  const auto aborted = co_await ask(std::move(abort));
  if (!aborted) base::log::warning("parts of a blob are left over in the S3 storage");
  co_return StorageProblem::failed;
}

asio::awaitable<Stored<std::string>> S3Blobs::upload_parts(BlobId id, std::uint64_t size, std::string upload_id) {
  std::string named = "<CompleteMultipartUpload>";
  for (std::uint64_t at = 0, number = 1; at < size; ++number) {
    auto bytes = co_await spool_.read(id, at, options_.part_size);
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) co_return StorageProblem::failed;
    at += bytes->size();
    net::Request request{.method = "PUT",
                         .target = target(id) + "?partNumber=" + std::to_string(number) + "&uploadId=" + upload_id,
                         .headers = {},
                         .body = std::move(*bytes)};
    const auto response = co_await ask(std::move(request));
    if (!response) co_return response.error();
    const std::string tag(net::header(response->headers, "ETag"));
    if (response->status != 200 || tag.empty()) co_return refused(response->status);
    named += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + tag + "</ETag></Part>";
  }
  co_return named + "</CompleteMultipartUpload>";
}

asio::awaitable<Stored<base::Blob>> S3Blobs::read(BlobId id, std::uint64_t offset, std::uint64_t count) {
  const std::string range = "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + count - 1);
  net::Request request{
      .method = "GET", .target = target(id), .headers = {{.name = "Range", .value = range}}, .body = {}};
  auto response = co_await ask(std::move(request));
  if (!response) co_return response.error();
  if (response->status != 206 && response->status != 200) co_return refused(response->status);
  if (response->body.size() > count) co_return StorageProblem::failed;  // it took no notice of the range
  co_return std::move(response->body);
}

asio::awaitable<Stored<void>> S3Blobs::remove(BlobId id) {
  const auto spooled = co_await spool_.remove(id);
  if (!spooled) co_return spooled.error();
  net::Request request{.method = "DELETE", .target = target(id), .headers = {}, .body = {}};
  const auto response = co_await ask(std::move(request));
  if (!response) co_return response.error();
  if (response->status != 204 && response->status != 200 && response->status != 404)
    co_return refused(response->status);
  co_return Stored<void>();
}

asio::awaitable<Stored<void>> S3Blobs::sweep(std::vector<BlobId>) {
  std::vector<BlobId> none;
  return spool_.sweep(std::move(none));
}

}  // namespace sotto::server
