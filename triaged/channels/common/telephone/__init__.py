"""SMS and calls: alphabets and segments, speech, TwiML, Twilio's requests and signatures."""
