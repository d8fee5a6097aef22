"""What AWS documents about the actions of its services, one file a service; `catalog` reads them."""
