// gorilla/websocket as its users write it: a goroutine that reads and, in the room, one that writes, with a channel
// between them; the room's message is encoded once (PreparedMessage). GOMAXPROCS is the runner's business.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/gorilla/websocket"
)

const (
	maxMessage = 64 * 1024
	queue      = 256
)

// WriteBufferPool is gorilla's own advice for many connections that are mostly idle.
var upgrader = websocket.Upgrader{
	ReadBufferSize:  1024,
	WriteBufferSize: 1024,
	WriteBufferPool: &sync.Pool{},
	CheckOrigin:     func(*http.Request) bool { return true },
}

type member struct {
	socket *websocket.Conn
	send   chan *websocket.PreparedMessage
}

type room struct {
	sync.RWMutex
	members map[*member]struct{}
}

func (r *room) publish(message *websocket.PreparedMessage) {
	r.RLock()
	defer r.RUnlock()
	for m := range r.members {
		select {
		case m.send <- message:
		default:
			m.socket.Close() // a slow consumer
		}
	}
}

func (r *room) remove(m *member) {
	r.Lock()
	delete(r.members, m)
	close(m.send)
	r.Unlock()
}

func (m *member) write() {
	for message := range m.send {
		if m.socket.WritePreparedMessage(message) != nil {
			m.socket.Close()
		}
	}
}

func (r *room) serve(w http.ResponseWriter, request *http.Request) {
	socket, err := upgrader.Upgrade(w, request, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	socket.SetReadLimit(maxMessage)
	m := &member{socket, make(chan *websocket.PreparedMessage, queue)}
	r.Lock()
	r.members[m] = struct{}{}
	r.Unlock()
	defer r.remove(m)
	go m.write()
	for {
		kind, data, err := socket.ReadMessage()
		if err != nil {
			return
		}
		if message, err := websocket.NewPreparedMessage(kind, data); err == nil {
			r.publish(message)
		}
	}
}

func echo(w http.ResponseWriter, request *http.Request) {
	socket, err := upgrader.Upgrade(w, request, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	socket.SetReadLimit(maxMessage)
	for {
		kind, data, err := socket.ReadMessage()
		if err != nil || socket.WriteMessage(kind, data) != nil {
			return
		}
	}
}

func main() {
	port := flag.Int("port", 9005, "port on 127.0.0.1")
	cert := flag.String("cert", "", "PEM file: with TLS")
	key := flag.String("key", "", "PEM file of the certificate's key")
	deflate := flag.Bool("deflate", false, "with permessage-deflate")
	flag.Parse()
	upgrader.EnableCompression = *deflate
	r := &room{members: map[*member]struct{}{}}
	http.HandleFunc("/echo", echo)
	http.HandleFunc("/room", r.serve)
	http.HandleFunc("/gc", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening %d\n", *port)
	if *cert != "" {
		log.Fatal(http.ServeTLS(listener, nil, *cert, *key))
	}
	log.Fatal(http.Serve(listener, nil))
}
