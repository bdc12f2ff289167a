#include "bench/lines/lines.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/plain_stream.hpp"

namespace sotto::bench {
namespace {

namespace frames = wire::frames;

base::Blob serialized(const google::protobuf::MessageLite& message) {
  base::Blob bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace

asio::awaitable<std::unique_ptr<net::Stream>> Clients::connect() {
  if (is_plain) {
    asio::generic::stream_protocol::socket socket(executor());
    socket.connect(asio::ip::tcp::endpoint(asio::ip::make_address(endpoint.host), endpoint.port));
    co_return std::make_unique<net::PlainStream>(std::move(socket));
  }
  auto stream = co_await transport.connect(endpoint, tls, std::chrono::seconds(60));
  if (!stream) co_return nullptr;
  co_return *std::move(stream);
}

asio::awaitable<std::unique_ptr<HttpLine>> HttpLine::open(Clients& clients) {
  auto stream = co_await clients.connect();
  if (!stream) co_return nullptr;
  co_return std::make_unique<HttpLine>(std::move(stream));
}

asio::awaitable<unsigned> HttpLine::ask(const base::Blob& request) {
  const auto written = co_await net::write_all(*stream_, request);
  if (!written) co_return 0;
  std::size_t have = 0;
  for (;;) {
    if (have == buffer_.size()) buffer_.resize(2 * have);
    const auto size = co_await net::read_some(*stream_, std::span(buffer_).subspan(have));
    if (!size || *size == 0) co_return 0;
    have += *size;
    const std::string_view text(reinterpret_cast<const char*>(buffer_.data()), have);
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) continue;
    const std::size_t length = text.find("Content-Length: ");
    const std::size_t body = std::stoul(std::string(text.substr(length + 16, 10)));
    if (have < head + 4 + body) continue;
    co_return static_cast<unsigned>(std::stoul(std::string(text.substr(9, 3))));
  }
}

asio::awaitable<std::unique_ptr<MailboxLine>> MailboxLine::open(Clients& clients, const Resident& resident) {
  auto stream = co_await clients.connect();
  if (!stream) co_return nullptr;
  auto made = std::make_unique<MailboxLine>(std::move(stream));
  const std::string head = "GET /v1/mailbox HTTP/1.1\r\nHost: " + net::to_text(clients.endpoint) +
                           "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
                           "13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: " +
                           resident.bearer() + "\r\n\r\n";
  const auto written = co_await net::write_all(*made->stream_, base::view(head));
  if (!written) co_return nullptr;
  for (;;) {
    const bool has_more = co_await made->more();
    if (!has_more) co_return nullptr;
    const std::string_view text(reinterpret_cast<const char*>(made->buffer_.data()), made->buffer_.size());
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) continue;
    if (!text.starts_with("HTTP/1.1 101")) co_return nullptr;
    made->buffer_.erase(made->buffer_.begin(), made->buffer_.begin() + static_cast<std::ptrdiff_t>(end + 4));
    co_return made;
  }
}

asio::awaitable<bool> MailboxLine::more() {
  const std::size_t have = buffer_.size();
  buffer_.resize(have + 16384);
  const auto size = co_await net::read_some(*stream_, std::span(buffer_).subspan(have));
  buffer_.resize(have + (size ? *size : 0));
  co_return size && *size > 0;
}

asio::awaitable<std::optional<frames::ServerFrame>> MailboxLine::next() {
  for (;;) {
    std::size_t header = 2, length = buffer_.size() >= 2 ? buffer_[1] & 0x7f : 0;
    if (length == 126) header = 4;
    if (length == 127) header = 10;
    const bool has_header = buffer_.size() >= header;
    if (has_header && header == 4) length = boost::endian::load_big_u16(&buffer_[2]);
    if (has_header && header == 10) length = boost::endian::load_big_u64(&buffer_[2]);
    if (!has_header || buffer_.size() < header + length) {
      const bool has_more = co_await more();
      if (!has_more) co_return std::nullopt;
      continue;
    }
    const std::uint8_t opcode = buffer_[0] & 0x0f;
    const base::Blob payload(buffer_.begin() + static_cast<std::ptrdiff_t>(header),
                             buffer_.begin() + static_cast<std::ptrdiff_t>(header + length));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(header + length));
    if (opcode == 8) co_return std::nullopt;
    if (opcode == 9) co_await write(10, payload);
    if (opcode != 2) continue;
    frames::ServerFrame frame;
    CHECK(frame.ParseFromArray(payload.data(), static_cast<int>(payload.size())));
    co_return frame;
  }
}

asio::awaitable<void> MailboxLine::write(std::uint8_t opcode, base::View payload) {
  base::Blob bytes{static_cast<std::uint8_t>(0x80 | opcode)};
  if (payload.size() < 126) {
    bytes.push_back(static_cast<std::uint8_t>(0x80 | payload.size()));
  } else {
    bytes.push_back(0x80 | 126);
    bytes.push_back(static_cast<std::uint8_t>(payload.size() >> 8));
    bytes.push_back(static_cast<std::uint8_t>(payload.size()));
  }
  bytes.insert(bytes.end(), 4, 0);  // a mask of zeros
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  const auto written = co_await net::write_all(*stream_, bytes);
  static_cast<void>(written);
}

asio::awaitable<void> MailboxLine::acknowledge(std::vector<std::uint64_t> positions) {
  frames::ClientFrame frame;
  for (const auto position : positions) frame.mutable_ack()->add_positions(position);
  const base::Blob bytes = serialized(frame);
  co_await write(2, bytes);
}

base::Blob post(std::string_view target, std::string_view headers, base::View body, std::string_view host) {
  std::string head = "POST " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" +
                     std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return base::concat({base::view(head), body});
}

base::Blob sealed_letter(const Resident& to, base::View envelope, base::Random& random, std::string_view host) {
  frames::SendRequest request;
  request.set_idempotency_key(base::text(random.bytes<16>()));
  auto& item = *request.add_items();
  item.set_mailbox_id(base::text(to.mailbox.view()));
  item.set_registration_id(1);
  item.set_envelope(base::text(envelope));
  return post("/v1/messages", "Sotto-Permit: " + to.permit_header() + "\r\n", serialized(request), host);
}

base::Blob letter(const Resident& to, std::size_t size, base::Random& random) {
  return sealed_letter(to, base::Blob(size, 'x'), random, "bench");
}

base::Blob bundle_request(const Resident& of) {
  return post("/v1/bundles", "Sotto-Permit: " + of.permit_header() + "\r\n", {});
}

base::Blob shared_letter(const std::vector<Resident>& to, std::size_t size, base::Random& random) {
  base::Blob message{0x23};
  for (std::size_t count = to.size(); count > 0 || message.size() == 1; count >>= 7)
    message.push_back(static_cast<std::uint8_t>((count & 0x7f) | (count > 0x7f ? 0x80 : 0)));
  std::string permits;
  for (const Resident& one : to) {
    message.push_back(0);  // an ACI
    message.insert(message.end(), one.mailbox.view().begin(), one.mailbox.view().end());
    message.insert(message.end(), {1, 0, 1});  // device number, registration id; no more of them
    const auto key_and_tag = random.bytes<48>();
    message.insert(message.end(), key_and_tag.begin(), key_and_tag.end());
    permits += base::text(one.permit);
  }
  message.insert(message.end(), size, 'x');
  frames::SharedSendRequest request;
  request.set_idempotency_key(base::text(random.bytes<16>()));
  request.set_permits(permits);
  request.set_message(base::text(message));
  return post("/v1/shared-messages", "", serialized(request));
}

}  // namespace sotto::bench
