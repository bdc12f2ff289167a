// Against a real server that speaks S3 and checks signatures (tools/fetch-s3), over TLS with a CA of our own.
#include "server/storage/blob_stores/s3_blobs.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "crypto/hash.hpp"
#include "net/memory/run.hpp"
#include "net/own_ca.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "server/temporary_folder.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::test {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// The S3 server, as a process, on a port that the system chose.
class S3Server {
 public:
  explicit S3Server(const fs::path& folder, const net::ServerTls& tls) {
    const std::string fetched = source_dir() + "/build/third_party/";
    std::vector<std::string> arguments{fetched + "peer/node",
                                       source_dir() + "/tests/server/blobs/s3/serve.cjs",
                                       fetched + "s3/node_modules",
                                       folder.string(),
                                       tls.key_file,
                                       tls.certificate_file};
    std::array<int, 2> ends{};
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      std::vector<char*> raw;
      for (std::string& argument : arguments) raw.push_back(argument.data());
      raw.push_back(nullptr);
      ::execv(raw[0], raw.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    FILE* const output = ::fdopen(ends[0], "r");
    std::array<char, 200> line{};
    while (port_ == 0 && ::fgets(line.data(), line.size(), output)) {
      unsigned port = 0;
      if (::sscanf(line.data(), "listening on %u", &port) == 1) port_ = static_cast<std::uint16_t>(port);
    }
    ::fclose(output);
  }
  ~S3Server() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

struct S3BlobsTest : testing::Test {
  S3BlobsTest() { EXPECT_NE(s3.port(), 0) << "tools/fetch-s3 brings the server"; }

  template <class T>
  T wait(asio::awaitable<T> work) {
    return net::run(io, std::move(work));
  }
  base::Blob bytes(std::size_t size) {
    base::Blob made(size);
    random.fill(made);
    return made;
  }
  server::S3Options options() {
    return {.server = {.host = "127.0.0.1", .port = s3.port()},
            .tls = {.ca_file = ca.ca_file.string()},
            .bucket = "blobs",
            .keys = {.access_key = "S3RVER", .secret_key = "S3RVER"},
            .part_size = 5u << 20};
  }
  server::Stored<bool> upload(server::S3Blobs& to, const base::Blob& blob) {
    const std::size_t half = blob.size() / 2;
    CHECK(wait(to.write(id, 0, base::Blob(blob.begin(), blob.begin() + static_cast<std::ptrdiff_t>(half)))));
    CHECK(wait(to.write(id, half, base::Blob(blob.begin() + static_cast<std::ptrdiff_t>(half), blob.end()))));
    return wait(to.finish(id, blob.size(), crypto::sha256({blob})));
  }
  std::size_t spooled() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path / "spool")) count += entry.is_regular_file();
    return count;
  }

  TemporaryFolder folder;
  SeededRandom random{5};
  asio::io_context io;
  net::SystemTimer timer{io.get_executor()};
  net::SystemClock clock;
  net::TcpTransport transport{timer};
  net::OwnCa ca = *net::own_ca(folder.path / "tls", {"127.0.0.1"}, clock.now());
  S3Server s3{folder.path / "s3", ca.server};
  server::S3Blobs store{transport, timer, clock, folder.path / "spool", options()};
  server::BlobId id = random.bytes<16>();
};

TEST_F(S3BlobsTest, ASmallBlobIsReadBackInRanges) {
  const base::Blob blob = bytes(100'000);
  const auto done = upload(store, blob);
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
  EXPECT_EQ(spooled(), 0u);
  const auto all = wait(store.read(id, 0, blob.size()));
  ASSERT_TRUE(all);
  EXPECT_EQ(*all, blob);
  const auto part = wait(store.read(id, 5000, 1000));
  ASSERT_TRUE(part);
  EXPECT_EQ(*part, base::Blob(blob.begin() + 5000, blob.begin() + 6000));
}

TEST_F(S3BlobsTest, ALargeBlobGoesInParts) {
  const base::Blob blob = bytes((12u << 20) + 77);
  const auto done = upload(store, blob);
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
  for (std::size_t at = 0; at < blob.size(); at += 4u << 20) {
    const std::size_t count = std::min<std::size_t>(4u << 20, blob.size() - at);
    const auto part = wait(store.read(id, at, count));
    ASSERT_TRUE(part);
    EXPECT_TRUE(base::same(*part, base::View(blob).subspan(at, count)));
  }
}

TEST_F(S3BlobsTest, OtherBytesThanWereNamedAreNotUploaded) {
  const base::Blob blob = bytes(1000);
  CHECK(wait(store.write(id, 0, blob)));
  const auto done = wait(store.finish(id, blob.size(), base::Bytes<32>{1}));
  ASSERT_TRUE(done);
  EXPECT_FALSE(*done);
  EXPECT_FALSE(wait(store.read(id, 0, 1000)));
}

TEST_F(S3BlobsTest, ARemovedBlobIsGone) {
  ASSERT_TRUE(upload(store, bytes(1000)));
  EXPECT_TRUE(wait(store.remove(id)));
  EXPECT_FALSE(wait(store.read(id, 0, 1000)));
  EXPECT_TRUE(wait(store.remove(id)));
}

TEST_F(S3BlobsTest, AKeyThatTheStorageDoesNotKnowIsRefused) {
  auto wrong = options();
  wrong.keys.access_key = "WRONG";
  server::S3Blobs refused(transport, timer, clock, folder.path / "spool2", wrong);
  EXPECT_FALSE(upload(refused, bytes(1000)));
}

TEST_F(S3BlobsTest, AWrongSecretIsRefused) {
  auto wrong = options();
  wrong.keys.secret_key = "wrong";
  server::S3Blobs refused(transport, timer, clock, folder.path / "spool2", wrong);
  EXPECT_FALSE(upload(refused, bytes(1000)));
}

TEST_F(S3BlobsTest, AStorageThatIsNotThereIsAProblemAndNoHang) {
  auto nowhere = options();
  nowhere.server.port = 1;
  server::S3Blobs lost(transport, timer, clock, folder.path / "spool2", nowhere);
  EXPECT_FALSE(upload(lost, bytes(1000)));
}

// Amazon's own examples ("Authenticating Requests: Using the Authorization Header", Signature Calculation Examples).
std::string signature_of(net::Request request) {
  server::sign_s3(request, "examplebucket.s3.amazonaws.com", "us-east-1",
                  {.access_key = "AKIAIOSFODNN7EXAMPLE", .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
                  {.ms = 1'369'353'600'000});
  const std::string authorization(net::header(request.headers, "Authorization"));
  return authorization.substr(authorization.rfind('=') + 1);
}

TEST(S3Signature, CoversARange) {
  net::Request request{.target = "/test.txt", .headers = {{.name = "Range", .value = "bytes=0-9"}}};
  EXPECT_EQ(signature_of(std::move(request)), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, CoversAQueryWithoutAValue) {
  net::Request request{.target = "/?lifecycle"};
  EXPECT_EQ(signature_of(std::move(request)), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(S3Signature, CoversAQueryWithValuesInAnyOrder) {
  net::Request request{.target = "/?prefix=J&max-keys=2"};
  EXPECT_EQ(signature_of(std::move(request)), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

}  // namespace
}  // namespace sotto::test
