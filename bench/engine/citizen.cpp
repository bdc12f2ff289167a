#include "bench/engine/citizen.hpp"

#include <cstdio>

#include "base/check.hpp"
#include "client/linking/admin.hpp"
#include "client/linking/new_device.hpp"
#include "client/people.hpp"
#include "store/migrations.hpp"

namespace sotto::bench {
namespace {

template <class T>
void must(const client::Result<T>& outcome) {
  if (!outcome) std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
  CHECK(outcome);
}

}  // namespace

Citizen::Citizen(Place& place, std::filesystem::path file)
    : Citizen(place, std::move(file), store::key_slot::make_key(place.random)) {}

Citizen::Citizen(Place& place, std::filesystem::path file, store::DatabaseKey key)
    : place_(place), file_(std::move(file)), key_(std::move(key)) {
  {
    store::Connection database(file_, key_.expose());
    store::migrate(database);
  }
  restart();
}

void Citizen::restart() {
  engine_.reset();
  store_.reset();
  store_ = std::make_unique<store::Store>(file_, key_);
  engine_.emplace(client::Parts{.store = *store_,
                                .transport = place_.transport,
                                .timer = place_.timer,
                                .clock = place_.clock,
                                .random = place_.random,
                                .watch = [this](client::Step step) {
                                  if (watch) watch(step);
                                }});
}

void Citizen::register_as(const std::string& user_name) {
  const client::RegistrationWish wish{.server = *wire::Authority::parse(net::to_text(place_.server)),
                                      .server_ca = place_.ca_pem,
                                      .user_name = user_name};
  const auto invitation = place_.wait(engine_->prepare_registration(wish));
  must(invitation);
  must(place_.wait(engine_->register_account(wish, *invitation, wire::make_recovery_key(place_.random))));
}

void Citizen::link_to(Citizen& admin) {
  client::linking::NewDevice joining(*engine_);
  client::linking::NewDeviceWish wish{.server = *wire::Authority::parse(net::to_text(place_.server)),
                                      .server_ca = place_.ca_pem,
                                      .kind = wire::DeviceKind::computer,
                                      .name = "bench"};
  const auto link = place_.wait(joining.begin(std::move(wish)));
  must(link);
  std::string first, second;
  net::Event has_first(place_.io.get_executor()), has_second(place_.io.get_executor());
  bool is_added = false;
  const auto adding = [&]() -> net::asio::awaitable<void> {
    client::linking::Admin host(admin.engine());
    const auto met = co_await host.meet(*link);
    must(met);
    while (first.empty()) co_await has_first.wait();
    std::string typed = first;
    const auto shown = co_await host.confirm(std::move(typed));
    must(shown);
    second = *shown;
    has_second.ring();
    std::string name = met->name;
    must(co_await host.add(std::move(name)));
    is_added = true;
  };
  const auto taking_up = [&]() -> net::asio::awaitable<client::Result<void>> {
    const auto offered = co_await joining.await_offer();
    must(offered);
    first = offered->code;
    has_first.ring();
    while (second.empty()) co_await has_second.wait();
    std::string typed = second;
    co_return co_await joining.finish(std::move(typed));
  };
  net::spawn(place_.io.get_executor(), adding());
  must(place_.wait(taking_up()));
  while (!is_added) place_.io.run_one();
}

void Citizen::add(Citizen& other, const std::string& nickname) {
  const auto address = other.engine().address();
  must(address);
  must(place_.wait(engine_->add_contact(address->text(), nickname)));
}

void Citizen::become_contact_of(Citizen& other, const std::string& own_name, const std::string& their_name) {
  add(other, their_name);
  must(engine_->enqueue(their_name, "may I?"));
  must(place_.wait(engine_->drain_outbox()));
  other.listen();
  const auto requests = client::people::requests(other.engine());
  must(requests);
  CHECK(requests->size() == 1);
  must(client::people::accept(other.engine(), requests->front().contact.account_id.text(), own_name));
  must(place_.wait(other.engine().drain_outbox()));
  listen();
}

std::size_t Citizen::listen() {
  std::size_t count = 0;
  std::function<void(const client::Event&)> tell = [&count](const client::Event&) { ++count; };
  must(place_.wait(engine_->receive(net::Duration(0), std::move(tell))));
  return count;
}

}  // namespace sotto::bench
