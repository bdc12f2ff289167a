#pragma once
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/encoding.hpp"
#include "net/http_client.hpp"
#include "net/memory/run.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "net/websocket.hpp"
#include "support/registration_draft.hpp"
#include "wire/frames.pb.h"
#include "wire/permit.hpp"

/// People who write to each other over real sockets while their server dies, and who remember what they were told.
namespace sotto::test {

namespace asio = net::asio;
namespace frames = wire::frames;
using Milliseconds = std::chrono::milliseconds;

/// What everybody saw: what must hold is checked here, as it happens and at the end.
struct Chronicle {
  struct Letter {
    bool is_answered = false;
    bool had_to_retry = false;  // or may have been sent twice by its connection
    bool is_there = false;
    bool is_gone = false;     // the server said so
    bool came_again = false;  // after that
  };
  using Name = std::pair<int, std::uint32_t>;  // sender, number

  void came(int sender, std::uint32_t number) {
    Letter& letter = letters[{sender, number}];
    letter.came_again |= letter.is_gone;
    if (!letter.is_there && number != ++last[sender]) wrong.push_back(text(sender, number) + " came out of its order");
    letter.is_there = true;
    ++deliveries;
  }
  std::size_t lost() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        letters, [](const auto& entry) { return entry.second.is_answered && !entry.second.is_there; }));
  }
  /// Without its sender having had to send it twice: known once that has been answered.
  std::size_t come_again() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        letters, [](const auto& entry) { return entry.second.came_again && !entry.second.had_to_retry; }));
  }
  std::size_t count(bool Letter::* what) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(letters, [what](const auto& entry) { return entry.second.*what; }));
  }
  static std::string text(int sender, std::uint32_t number) {
    return "letter " + std::to_string(number) + " of " + std::to_string(sender);
  }

  std::map<Name, Letter> letters;
  std::map<int, std::uint32_t> last;  // sender → the newest letter that has come
  std::vector<std::string> wrong;
  std::size_t deliveries = 0;
  std::size_t deaths = 0;  // of the server
  bool is_ending = false;  // nobody begins another letter, everybody reads
};

struct StormWorld {
  asio::io_context io;
  net::SystemTimer timer{io.get_executor()};
  net::TcpTransport transport{timer};
  net::Endpoint endpoint;
  net::ClientTls tls;
  Chronicle chronicle;

  void run_for(Milliseconds time) {
    io.restart();
    io.run_for(time);
  }
  asio::awaitable<void> pause(Milliseconds time) {
    net::Event never(io.get_executor());
    co_await never.wait_for(timer, time);
  }
};

template <class Message>
base::Blob bytes_of(const Message& message) {
  base::Blob bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

/// Somebody with a mailbox, and somebody else who writes to it.
class StormPerson {
 public:
  enum class Habit { is_there, looks_in_now_and_then };

  StormPerson(StormWorld& world, int number, Habit habit)
      : world_(world),
        number_(number),
        habit_(habit),
        chance_(static_cast<std::uint64_t>(number) + 1'000),
        draft_(static_cast<std::uint64_t>(number), net::to_text(world.endpoint)) {
    draft_.user_name = "person" + std::to_string(number);
  }

  void move_in() {
    net::HttpClient client(world_.transport, world_.timer, world_.endpoint, world_.tls);
    frames::RegisterBegun begun;
    const auto begin = ask(client, "POST", "/v1/register/begin", {});
    ASSERT_TRUE(begun.ParseFromArray(begin.data(), static_cast<int>(begin.size())));
    draft_.mailbox = *wire::MailboxId::from(base::view(begun.mailbox_id()));
    draft_.challenge = *base::fixed<32>(base::view(begun.challenge()));
    ask(client, "POST", "/v1/register", draft_.request());
    frames::PermitChange change;
    auto& permit = *change.add_add();
    permit.set_hash(base::text(wire::permit_hash(draft_.account_id(), permit_)));
    permit.set_class_(frames::Permit::CONTACT);
    permit.set_last_day(base::day_of(net::SystemClock().now()).value + 365);
    ask(client, "PUT", "/v1/permits", bytes_of(change));
  }

  /// Letters one after the other, each sent until it is answered.
  asio::awaitable<void> be_written_to() {
    net::HttpClient client(world_.transport, world_.timer, world_.endpoint, world_.tls);
    for (std::uint32_t number = 1; !world_.chronicle.is_ending; ++number) {
      const base::Blob body = letter(number);
      const std::size_t deaths = world_.chronicle.deaths;
      Chronicle::Letter& kept = world_.chronicle.letters[{number_, number}];
      for (;;) {
        net::Request request{.method = "POST", .target = "/v1/messages", .headers = permit_headers(), .body = body};
        const auto response = co_await client.send(std::move(request), std::chrono::seconds(10));
        kept.had_to_retry |= !response || response->status != 200 || deaths != world_.chronicle.deaths;
        if (response && response->status == 200) break;
        if (response && response->status != 503)
          world_.chronicle.wrong.push_back("answered with " + std::to_string(response->status));
        co_await world_.pause(Milliseconds(5));
      }
      kept.is_answered = true;
    }
    ++ended;
  }

  asio::awaitable<void> read() {
    for (;;) {
      if (habit_ == Habit::looks_in_now_and_then && !world_.chronicle.is_ending)
        co_await world_.pause(Milliseconds(chance_() % 200));
      net::Request head{.target = "/v1/mailbox", .headers = token_header()};
      net::WebSocketLimits limits;
      auto opened = co_await net::connect_websocket(world_.transport, world_.timer, world_.endpoint, world_.tls,
                                                    std::move(head), limits, std::chrono::seconds(5));
      if (opened) {
        co_await converse(**opened);
      } else {
        co_await world_.pause(Milliseconds(5));
      }
    }
  }

  static inline int ended = 0;  // who is no longer written to

 private:
  base::Blob ask(net::HttpClient& client, std::string method, std::string target, base::Blob body) {
    net::Request request{
        .method = std::move(method), .target = std::move(target), .headers = token_header(), .body = std::move(body)};
    const auto response = net::run(world_.io, client.send(std::move(request)));
    CHECK(response && response->status == 200);
    return response->body;
  }
  std::vector<net::Header> token_header() const {
    return {{.name = "Authorization", .value = "Bearer " + base::to_base64url(draft_.token)}};
  }
  std::vector<net::Header> permit_headers() const {
    return {{.name = "Sotto-Permit", .value = base::to_base64url(base::concat({draft_.account_id().view(), permit_}))}};
  }
  base::Blob letter(std::uint32_t number) {
    frames::SendRequest request;
    std::string key = std::to_string(number_) + ":" + std::to_string(number);
    key.resize(16, '-');
    request.set_idempotency_key(key);
    auto& item = *request.add_items();
    item.set_mailbox_id(base::text(draft_.mailbox.view()));
    item.set_registration_id(4242);
    item.set_envelope(std::to_string(number) + ":" + std::string(chance_() % 3'000, 'x'));
    return bytes_of(request);
  }

  /// Until the connection ends, or one has seen enough.
  asio::awaitable<void> converse(net::WebSocket& mailbox) {
    std::uint64_t last = 0;
    std::map<std::uint64_t, std::uint32_t> waiting;  // position → letter, to be confirmed
    for (;;) {
      const auto bytes = co_await mailbox.receive();
      if (!bytes) co_return;
      frames::ServerFrame frame;
      CHECK(frame.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())));
      for (const auto position : frame.acked().positions()) {
        const auto found = waiting.find(position);
        if (found != waiting.end()) world_.chronicle.letters[{number_, found->second}].is_gone = true;
      }
      if (frame.has_drained() && habit_ == Habit::looks_in_now_and_then && chance_() % 2 == 0) co_return;
      if (!frame.has_deliver()) continue;
      const std::uint64_t position = frame.deliver().position();
      if (position <= last) world_.chronicle.wrong.push_back("positions go back");
      last = position;
      const auto number = static_cast<std::uint32_t>(std::stoul(frame.deliver().envelope()));
      world_.chronicle.came(number_, number);
      waiting[position] = number;
      if (chance_() % 8 == 0) co_await world_.pause(Milliseconds(30));  // too late for memory
      if (chance_() % 16 == 0) co_return;                               // and away without a word
      frames::ClientFrame ack;
      ack.mutable_ack()->add_positions(position);
      ack.mutable_ack()->set_wants_answer(chance_() % 2 == 0);
      base::Blob said = bytes_of(ack);
      const auto sent = co_await mailbox.send(std::move(said));
      if (!sent) co_return;
    }
  }

  StormWorld& world_;
  int number_;
  Habit habit_;
  std::mt19937_64 chance_;
  RegistrationDraft draft_;
  wire::Permit permit_ = draft_.random.bytes<16>();
};

}  // namespace sotto::test
