#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "base/random.hpp"
#include "server/limits.hpp"
#include "server/storage/storage.hpp"

namespace sotto::server {

enum class Moment;

struct OpenProblem {
  enum class Kind {
    wrong_library,   // not SQLCipher's
    not_writable,    // the folder or the file
    not_a_database,  // something else, or nothing at all where a database was
    damaged,         // cut off, or not as the database left it
    newer_schema,    // written by a later version of this program
    preview_schema,  // written before the first release
    full,            // no room to start
    failed,
  };
  Kind kind;
  std::string detail = {};
};
std::string to_text(const OpenProblem& problem);

struct EmbeddedOptions {
  std::filesystem::path file;
  std::unique_ptr<BlobStore> blobs = {};  // none: the folder `blobs` beside the file
  std::chrono::milliseconds ack_company = limits::ack_company;
  std::function<void(Moment)> fault = {};  // tests: called around each commit, on the writer's thread
  std::int64_t max_pages = 0;              // tests: of 4 KiB, to run out of room
};

/// SQLite through SQLCipher's library, without a key: one file, one writer thread that commits in groups, one reader
/// thread.
class EmbeddedStorage final : public Storage {
 public:
  /// Opens or makes the file. Results come back on `executor`, whose io_context must outlive the storage.
  static base::Result<std::unique_ptr<EmbeddedStorage>, OpenProblem> open(asio::any_io_executor executor,
                                                                          base::Random& random,
                                                                          EmbeddedOptions options);
  ~EmbeddedStorage() override;  // finishes what is under way

  base::Bytes<32> secret() const override;
  AccountStorage& accounts() override;
  DeviceStorage& devices() override;
  PermitStorage& permits() override;
  PrekeyStorage& prekeys() override;
  MailboxStorage& mailboxes() override;
  ActStorage& acts() override;
  InviteStorage& invites() override;
  BlobStorage& blobs() override;
  BlobStore& blob_bytes() override;
  BackupStorage& backups() override;
  GroupStorage& groups() override;
  OperatorStorage& operators() override;
  Maintenance& maintenance() override;
  asio::awaitable<Stored<Expired>> expire(base::Day today) override;

  /// Whether anything has been asked and not yet answered; virtual time stands still meanwhile.
  bool is_busy() const;
  /// How many transactions have been committed since open(): each is one fsync.
  std::uint64_t commits() const;

 private:
  struct Parts;
  explicit EmbeddedStorage(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sotto::server
