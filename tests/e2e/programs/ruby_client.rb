# ruby_client - ruby-acme-client (the gem acme-client) through a whole order; README says how it is called.
require 'acme-client'

directory, type, place, *names = ARGV
steps = ENV.fetch('STEPS', '').split
new_key = -> { OpenSSL::PKey::EC.generate('prime256v1') }

client = Acme::Client.new(private_key: new_key.call, directory: directory)
client.new_account(contact: 'mailto:admin@lab.example', terms_of_service_agreed: true)
client.account_update(contact: 'mailto:other@lab.example')
client.account_key_change(new_private_key: new_key.call) if steps.include?('rollover')

def wait(what)
  20.times do
    break unless %w[pending processing].include?(what.status)
    sleep 0.2
    what.reload
  end
  raise "#{what.class} became #{what.status}: #{what.to_h}" unless %w[valid ready].include?(what.status)
end

order = client.new_order(identifiers: names)
order.authorizations.each do |authorization|
  challenge = type == 'dns-01' ? authorization.dns : authorization.http
  if type == 'dns-01'
    record = "#{challenge.record_name}.#{authorization.domain}"
    system(place, 'add', record, challenge.record_content, exception: true)
  else
    File.write(File.join(place, challenge.token), challenge.file_content)
  end
  challenge.request_validation
  wait(challenge)
end
order.reload
wait(order)

key = OpenSSL::PKey::RSA.new(2048)
order.finalize(csr: Acme::Client::CertificateRequest.new(private_key: key, names: names))
wait(order)
chain = order.certificate
File.write('chain.pem', chain)
File.write('key.pem', key.to_pem)
client.revoke(certificate: chain, reason: 4) if steps.include?('revoke')
