#include "simulation/line.hpp"

#include "base/encoding.hpp"

namespace sotto::test {

namespace {

constexpr std::uint32_t longest_wait_ms = 4'000, cut_within = 6'000;  // bytes, of both directions together

struct Kept {
  std::unique_ptr<net::Stream> inner;
  std::optional<std::size_t> left;  // bytes until it is cut
  base::Blob said = {};             // by the client
};

}  // namespace

/// One connection, which may be cut after a number of bytes.
class Line::Wire final : public net::Stream {
 public:
  Wire(std::unique_ptr<net::Stream> inner, std::optional<std::size_t> left, std::function<void(base::Blob)> ended)
      : kept_(std::make_shared<Kept>(Kept{.inner = std::move(inner), .left = left})), ended_(std::move(ended)) {}
  ~Wire() override {
    kept_->inner->cut();
    if (ended_) ended_(std::move(kept_->said));
  }

  net::asio::any_io_executor executor() override { return kept_->inner->executor(); }
  void read_some(std::span<std::uint8_t> into, Done done) override {
    kept_->inner->read_some(into, counted(std::move(done)));
  }
  void write_some(base::View from, Done done) override {
    if (kept_->left && from.size() > *kept_->left) from = from.first(*kept_->left);
    if (kept_->left && from.empty()) kept_->inner->cut();
    if (ended_) kept_->said.insert(kept_->said.end(), from.begin(), from.end());
    kept_->inner->write_some(from, counted(std::move(done)));
  }
  void finish() override { kept_->inner->finish(); }
  void cut() override { kept_->inner->cut(); }

 private:
  Done counted(Done done) {
    return Done([kept = kept_, done = std::move(done)](boost::system::error_code code, std::size_t size) mutable {
      if (kept->left) {
        *kept->left -= std::min(size, *kept->left);
        if (*kept->left == 0) kept->inner->cut();
      }
      done(code, size);
    });
  }
  std::shared_ptr<Kept> kept_;  // shared with the calls that are under way
  std::function<void(base::Blob)> ended_;
};

std::uint32_t Line::draw(std::uint32_t below) {
  const auto raw = dice_.bytes<4>();
  return (std::uint32_t{raw[0]} << 24 | std::uint32_t{raw[1]} << 16 | std::uint32_t{raw[2]} << 8 | raw[3]) % below;
}

net::asio::awaitable<net::Result<std::unique_ptr<net::Stream>>> Line::connect(net::Endpoint to, net::ClientTls tls,
                                                                              net::Duration at_most) {
  if (is_parted) co_return net::Error{.problem = net::Problem::unreachable};
  if (!is_bad) {
    co_return co_await beneath_.connect(std::move(to), std::move(tls), at_most);
  }
  const net::Duration wait(draw(longest_wait_ms));
  co_await timer_.sleep(wait);
  net::Endpoint again = to;
  auto made = co_await beneath_.connect(std::move(to), std::move(tls), at_most);
  if (!made) co_return made.error();
  std::optional<std::size_t> left;
  if (draw(4) == 0) left = draw(cut_within);
  std::function<void(base::Blob)> ended;
  if (draw(8) == 0) {
    ended = [this, again](base::Blob said) {
      if (is_bad && base::text(said).starts_with("P")) net::spawn(timer_.executor(), say_again(again, std::move(said)));
    };
  }
  std::unique_ptr<net::Stream> wire = std::make_unique<Wire>(*std::move(made), left, std::move(ended));
  co_return wire;
}

/// The server hears the very same bytes once more, and nobody listens to what it says.
net::asio::awaitable<void> Line::say_again(net::Endpoint to, base::Blob bytes) {
  const net::Duration wait(draw(longest_wait_ms));
  co_await timer_.sleep(wait);
  net::ClientTls tls;
  auto made = co_await beneath_.connect(std::move(to), std::move(tls), std::chrono::seconds(10));
  if (!made) co_return;
  const auto said = co_await net::write_all(**made, bytes);
  if (!said) co_return;
  base::Blob answer(4'096);
  const auto heard = co_await net::read_some(**made, answer);
  static_cast<void>(heard);
}

}  // namespace sotto::test
