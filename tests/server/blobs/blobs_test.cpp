#include "server/blobs/blobs.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) count += entry.is_regular_file();
  return count;
}

struct BlobsTest : testing::Test {
  BlobsTest() { CHECK(ana.move_in().status == 200u); }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  std::filesystem::path folder = world.folder.path / "blobs";
  frames::BlobGrant grant;
  std::string path;

  net::Response ask_grant(std::uint64_t size,
                          frames::BlobGrantRequest::Kind kind = frames::BlobGrantRequest::ATTACHMENT) {
    frames::BlobGrantRequest request;
    request.set_kind(kind);
    request.set_size(size);
    auto response = ana.ask("POST", "/v1/blobs/grants", serialized(request));
    if (response.status == 200) {
      grant = parsed<frames::BlobGrant>(response.body);
      path = "/v1/blobs/" + base::to_base64url(base::view(grant.id()));
    }
    return response;
  }
  net::Response ask(std::string method, const std::string& target, base::Blob body = {}) {
    return ana.ask_with({{.name = "Sotto-Grant", .value = base::to_base64url(base::view(grant.key()))}},
                        std::move(method), target, std::move(body));
  }
  net::Response put(std::uint64_t offset, base::Blob piece) {
    return ask("PUT", path + "?offset=" + std::to_string(offset), std::move(piece));
  }
  net::Response finish(const base::Blob& blob) {
    frames::BlobFinish request;
    request.set_size(blob.size());
    request.set_sha256(base::text(crypto::sha256({blob})));
    return ask("POST", path + "/finish", serialized(request));
  }
  net::Response get(const std::string& range = {}) {
    std::vector<net::Header> headers;
    if (!range.empty()) headers.push_back({.name = "Range", .value = range});
    return ana.ask_with(std::move(headers), "GET", path);
  }
  base::Blob bytes(std::size_t size) {
    base::Blob made(size);
    world.random.fill(made);
    return made;
  }
  base::Blob upload(std::size_t size) {
    base::Blob blob = bytes(size);
    CHECK(ask_grant(size).status == 200u);
    CHECK(put(0, blob).status == 200u);
    CHECK(finish(blob).status == 200u);
    return blob;
  }
};

TEST_F(BlobsTest, WhatWasUploadedInPiecesIsReadInRanges) {
  const base::Blob blob = bytes(5000);
  EXPECT_EQ(ask_grant(5000).status, 200u);
  EXPECT_EQ(put(0, base::Blob(blob.begin(), blob.begin() + 3000)).status, 200u);
  EXPECT_EQ(put(3000, base::Blob(blob.begin() + 3000, blob.end())).status, 200u);
  EXPECT_EQ(finish(blob).status, 200u);
  const auto part = get("bytes=1000-1999");
  EXPECT_EQ(part.status, 206u);
  EXPECT_EQ(part.body, base::Blob(blob.begin() + 1000, blob.begin() + 2000));
  EXPECT_EQ(net::header(part.headers, "Content-Range"), "bytes 1000-1999/5000");
  EXPECT_EQ(net::header(part.headers, "Cache-Control"), "no-store");
  EXPECT_EQ(get().body, blob);
}

TEST_F(BlobsTest, AnInterruptedUploadGoesOnWhereItStopped) {
  const base::Blob blob = bytes(4000);
  EXPECT_EQ(ask_grant(4000).status, 200u);
  EXPECT_EQ(put(0, base::Blob(blob.begin(), blob.begin() + 1500)).status, 200u);
  EXPECT_EQ(parsed<frames::BlobUpload>(ask("GET", path + "/upload").body).received(), 1500u);
  EXPECT_EQ(put(1000, base::Blob(blob.begin() + 1000, blob.end())).status, 200u);
  EXPECT_EQ(put(1000, base::Blob(blob.begin() + 1000, blob.end())).status, 200u);
  EXPECT_EQ(finish(blob).status, 200u);
  EXPECT_EQ(get().body, blob);
}

TEST_F(BlobsTest, AGapIsRefusedWithWhatIsHere) {
  EXPECT_EQ(ask_grant(4000).status, 200u);
  EXPECT_EQ(put(0, bytes(100)).status, 200u);
  const auto refused = put(200, bytes(100));
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(parsed<frames::Error>(refused.body).position(), 100u);
}

TEST_F(BlobsTest, ItIsNotThereBeforeItIsWhole) {
  EXPECT_EQ(ask_grant(100).status, 200u);
  EXPECT_EQ(put(0, bytes(100)).status, 200u);
  EXPECT_EQ(get().status, 404u);
}

TEST_F(BlobsTest, OtherBytesThanWereNamedAreThrownAway) {
  EXPECT_EQ(ask_grant(100).status, 200u);
  EXPECT_EQ(put(0, bytes(100)).status, 200u);
  EXPECT_EQ(code_of(finish(bytes(100))), "blob_differs");
  EXPECT_EQ(get().status, 404u);
  EXPECT_EQ(files_in(folder), 0u);
  const base::Blob again = bytes(100);
  EXPECT_EQ(put(0, again).status, 200u);
  EXPECT_EQ(finish(again).status, 200u);
}

TEST_F(BlobsTest, AWholeBlobNeverChanges) {
  const base::Blob blob = upload(100);
  EXPECT_EQ(finish(blob).status, 200u);
  EXPECT_EQ(code_of(put(0, bytes(100))), "blob_finished");
  EXPECT_EQ(code_of(finish(bytes(100))), "blob_finished");
  EXPECT_EQ(get().body, blob);
}

TEST_F(BlobsTest, NoMoreThanWasGrantedIsTaken) {
  EXPECT_EQ(ask_grant(100).status, 200u);
  EXPECT_EQ(put(0, bytes(101)).status, 413u);
  EXPECT_EQ(ask_grant(limits::blob_size + 1).status, 413u);
}

TEST_F(BlobsTest, AnAccountHasItsShareOfADay) {
  for (std::uint64_t left = limits::upload_bytes_a_day; left > 0; left -= limits::blob_size)
    EXPECT_EQ(ask_grant(limits::blob_size).status, 200u);
  const auto refused = ask_grant(1);
  EXPECT_EQ(refused.status, 429u);
  EXPECT_FALSE(net::header(refused.headers, "Retry-After").empty());
  world.time.run_for(std::chrono::hours(24));
  EXPECT_EQ(ask_grant(1).status, 200u);
}

TEST_F(BlobsTest, AGrantIsForItsBlobOnly) {
  EXPECT_EQ(ask_grant(100).status, 200u);
  const auto first = grant;
  EXPECT_EQ(ask_grant(100).status, 200u);
  grant.set_key(first.key());
  EXPECT_EQ(code_of(put(0, bytes(100))), "no_such_grant");
  grant.set_key(std::string(16, 'x'));
  EXPECT_EQ(code_of(put(0, bytes(100))), "no_such_grant");
}

TEST_F(BlobsTest, AWholeBlobOutlivesARestartAndAnUploadDoesNot) {
  const base::Blob blob = upload(3000);
  const std::string whole = path;
  EXPECT_EQ(ask_grant(100).status, 200u);
  EXPECT_EQ(put(0, bytes(50)).status, 200u);
  EXPECT_EQ(files_in(folder), 2u);
  world.restart();
  world.time.settle();
  EXPECT_EQ(code_of(put(50, bytes(50))), "no_such_grant");
  EXPECT_EQ(files_in(folder), 1u);
  path = whole;
  EXPECT_EQ(get().body, blob);
}

TEST_F(BlobsTest, ABlobExpiresWithItsBytes) {
  upload(100);
  EXPECT_EQ(files_in(folder), 1u);
  net::spawn(world.time.executor(), world.server->keep_tidy());
  world.time.run_for(std::chrono::hours(24 * (limits::blob_days + 2)));
  EXPECT_EQ(get().status, 404u);
  EXPECT_EQ(files_in(folder), 0u);
  net::run(world.time, [](server::Server& server) -> asio::awaitable<bool> {
    co_await server.stop(std::chrono::seconds(1));
    co_return true;
  }(*world.server));
}

TEST_F(BlobsTest, RangesOutsideOfItAreRefused) {
  upload(100);
  for (const auto* range : {"bytes=100-", "bytes=5-4", "bytes=-5", "bytes=x", "lines=1-2"})
    EXPECT_EQ(get(range).status, 416u) << range;
  EXPECT_EQ(get("bytes=90-4000").body.size(), 10u);
}

TEST_F(BlobsTest, AnAnswerIsBounded) {
  const std::size_t size = limits::blob_piece + 1000;
  const base::Blob blob = bytes(size);
  EXPECT_EQ(ask_grant(size).status, 200u);
  EXPECT_EQ(put(0, base::Blob(blob.begin(), blob.begin() + limits::blob_piece)).status, 200u);
  EXPECT_EQ(put(limits::blob_piece, base::Blob(blob.begin() + limits::blob_piece, blob.end())).status, 200u);
  EXPECT_EQ(finish(blob).status, 200u);
  EXPECT_EQ(get().body.size(), limits::blob_piece);
  EXPECT_EQ(get("bytes=" + std::to_string(limits::blob_piece) + "-").body.size(), 1000u);
}

}  // namespace
}  // namespace sotto::test
