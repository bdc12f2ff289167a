#pragma once
#include <array>

#include "net/http_client.hpp"
#include "server/storage/blob_stores/disk_blobs.hpp"
#include "server/storage/blob_stores/s3_signature.hpp"

namespace sotto::server {

struct S3Options {
  net::Endpoint server;
  net::ClientTls tls;
  std::string bucket;  // addressed in the path; it exists
  std::string region = "us-east-1";
  std::string prefix = "sotto/";  // of every key
  S3Keys keys;
  std::size_t part_size = 16u << 20;  // bytes of one part of a larger blob, at least 5 MiB
};

/// Blobs in S3-compatible storage. A blob grows in a folder of this machine, where its pieces may have any size and
/// where its hash is checked; it is uploaded when it is whole, and then the folder forgets it.
class S3Blobs final : public BlobStore {
 public:
  /// Transport, timer and clock outlive it.
  S3Blobs(net::Transport& transport, net::Timer& timer, net::Clock& clock, std::filesystem::path spool,
          S3Options options);
  ~S3Blobs() override;

  /// Whether it answers, knows the keys and takes what is written: writes one small object, the same each time.
  asio::awaitable<Stored<void>> try_out();

  asio::awaitable<Stored<void>> write(BlobId id, std::uint64_t offset, base::Blob piece) override {
    return spool_.write(id, offset, std::move(piece));
  }
  asio::awaitable<Stored<bool>> finish(BlobId id, std::uint64_t size, base::Bytes<32> sha256) override;
  asio::awaitable<Stored<base::Blob>> read(BlobId id, std::uint64_t offset, std::uint64_t count) override;
  asio::awaitable<Stored<void>> remove(BlobId id) override;
  /// Of the folder; nothing there is whole and known.
  asio::awaitable<Stored<void>> sweep(std::vector<BlobId> known) override;
  bool is_busy() const override { return spool_.is_busy(); }

 private:
  std::string target(const BlobId& id) const;
  asio::awaitable<Stored<net::Response>> ask(net::Request request);
  asio::awaitable<Stored<void>> upload(BlobId id, std::uint64_t size);
  asio::awaitable<Stored<void>> upload_at_once(BlobId id, std::uint64_t size);
  asio::awaitable<Stored<void>> upload_in_parts(BlobId id, std::uint64_t size);
  asio::awaitable<Stored<std::string>> upload_parts(BlobId id, std::uint64_t size, std::string upload_id);

  net::Clock& clock_;
  S3Options options_;
  DiskBlobs spool_;
  std::array<std::unique_ptr<net::HttpClient>, 4> clients_;  // one connection each
  std::size_t next_client_ = 0;
};

}  // namespace sotto::server
